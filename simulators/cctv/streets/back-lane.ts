// 后宝元街北口: a back lane of shops in the sun. A car is pulling in to the yellow kerb as the camera is switched on.
import type { StreetScript } from '../street-script.ts'

const motor = ['sedan', 'suv', 'hatchback', 'sedan', 'mpv', 'microvan', 'box_truck'] as const

export const backLane: StreetScript = {
  seed: 7,
  light: 'sunny',
  street: {
    seed: 71,
    lanesEachWay: 1,
    laneWidth: 5,
    left: { pavement: 2.6, parking: 0, front: 'shops' },
    right: { pavement: 3.2, parking: 0, front: 'shops' },
    centreLine: 'solid',
    yellowKerb: true,
    crossings: [],
    asphalt: 0.15,
    trees: ['right'],
  },
  view: { position: [-5.4, 0, 5.6], yaw: 0.42, pitch: 0.33, fieldOfView: 1.02 },
  lanes: [
    { id: 'up', x: 1.45, way: 1, kinds: motor, perMinute: 5, speed: 7 },
    { id: 'down', x: -1.6, way: -1, kinds: motor, perMinute: 5, speed: 7 },
    { id: 'bikes-up', x: 2.75, way: 1, kinds: ['e_bike', 'e_bike', 'bicycle'], perMinute: 3, speed: 5 },
    { id: 'bikes-down', x: -3.6, way: -1, kinds: ['e_bike', 'motorcycle', 'bicycle'], perMinute: 4, speed: 5 },
  ],
  parking: [
    { lane: 'up', kind: 'sedan', x: 3.95, y: 15.5, at: 0, seconds: 75, everySeconds: 420 },
    { lane: 'up', kind: 'suv', x: 3.95, y: 23.5, at: 150, seconds: 9, everySeconds: 300 },
    { lane: 'up', kind: 'microvan', x: 3.95, y: 23.5, at: 240, seconds: 60, everySeconds: 560 },
  ],
  standing: [
    { kind: 'e_bike_alone', x: 5.9, y: 27, heading: 3.1 },
    { kind: 'bicycle_alone', x: 5.9, y: 28, heading: 3.2 },
    { kind: 'hatchback', x: -4.1, y: 22, heading: -1.57 },
  ],
  walkersPerMinute: 5,
  zones: [
    {
      id: 'kerb',
      kind: 'no_parking',
      classes: ['car', 'large_vehicle'],
      dwellSeconds: 20,
      x: [2.5, 5],
      y: [10.5, 27],
    },
  ],
}
