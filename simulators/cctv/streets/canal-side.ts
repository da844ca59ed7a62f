// 山塘街 by the canal at dusk: a narrow lane beside the water that must stay free for fire engines.
import type { StreetScript } from '../street-script.ts'

export const canalSide: StreetScript = {
  seed: 52,
  light: 'dusk',
  street: {
    seed: 523,
    lanesEachWay: 1,
    laneWidth: 4.6,
    left: { pavement: 2, parking: 0, front: 'shops' },
    right: { pavement: 1.8, parking: 0, front: 'canal' },
    centreLine: 'none',
    yellowKerb: true,
    crossings: [],
    asphalt: 0.19,
    trees: ['right'],
  },
  view: { position: [-5.2, 0, 5.2], yaw: 0.46, pitch: 0.31, fieldOfView: 1.02 },
  lanes: [
    { id: 'up', x: 1.2, way: 1, kinds: ['sedan', 'hatchback', 'suv'], perMinute: 3, speed: 5 },
    { id: 'down', x: -1.6, way: -1, kinds: ['sedan', 'mpv', 'suv'], perMinute: 3, speed: 5 },
    { id: 'bikes-up', x: 2.4, way: 1, kinds: ['e_bike', 'bicycle'], perMinute: 4, speed: 4.5 },
    { id: 'bikes-down', x: -3.3, way: -1, kinds: ['e_bike', 'bicycle'], perMinute: 4, speed: 4.5 },
  ],
  parking: [
    { lane: 'up', kind: 'suv', x: 3.6, y: 16, at: 95, seconds: 65, everySeconds: 600 },
    { lane: 'up', kind: 'hatchback', x: 3.6, y: 22, at: 380, seconds: 8, everySeconds: 450 },
  ],
  standing: [],
  walkersPerMinute: 9,
  zones: [
    {
      id: 'fire-lane',
      kind: 'fire_lane',
      classes: ['car', 'large_vehicle'],
      dwellSeconds: 20,
      x: [2.2, 4.6],
      y: [11, 27],
    },
  ],
}
