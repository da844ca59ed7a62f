// 虎丘路 at the gate of 冠云花园: a wider road under a grey sky; traffic queues at a light, which is no violation, and some block the fire lane.
import type { StreetScript } from '../street-script.ts'

const motor = ['sedan', 'suv', 'sedan', 'mpv', 'hatchback', 'bus', 'open_truck', 'microvan'] as const

export const estateGate: StreetScript = {
  seed: 19,
  light: 'overcast',
  street: {
    seed: 191,
    lanesEachWay: 1,
    laneWidth: 5.2,
    left: { pavement: 3, parking: 0, front: 'wall' },
    right: { pavement: 3.4, parking: 0, front: 'flats' },
    centreLine: 'double',
    yellowKerb: true,
    crossings: [33],
    asphalt: 0.17,
    trees: [],
  },
  view: { position: [-6, 0, 6.4], yaw: 0.4, pitch: 0.34, fieldOfView: 1.05 },
  lanes: [
    { id: 'up', x: 1.6, way: 1, kinds: motor, perMinute: 8, speed: 9, stopLine: 31.5 },
    { id: 'down', x: -1.7, way: -1, kinds: motor, perMinute: 7, speed: 9, stopLine: 38 },
    {
      id: 'bikes-up',
      x: 2.95,
      way: 1,
      kinds: ['e_bike', 'bicycle', 'motorcycle'],
      perMinute: 3,
      speed: 5.5,
      stopLine: 31.5,
    },
  ],
  signal: { green: 26, red: 18 },
  parking: [
    { lane: 'up', kind: 'mpv', x: 4.15, y: 15.5, at: 22, seconds: 80, everySeconds: 500 },
    { lane: 'up', kind: 'open_truck', x: 4.05, y: 22.5, at: 200, seconds: 70, everySeconds: 640 },
    { lane: 'up', kind: 'sedan', x: 4.15, y: 15.5, at: 330, seconds: 10, everySeconds: 400 },
  ],
  standing: [
    { kind: 'e_bike_alone', x: 6.3, y: 20, heading: 3.1 },
    { kind: 'e_bike_alone', x: 6.3, y: 20.9, heading: 3 },
  ],
  walkersPerMinute: 6,
  zones: [
    {
      id: 'gate',
      kind: 'no_parking',
      classes: ['car', 'large_vehicle'],
      dwellSeconds: 20,
      x: [2.65, 5.2],
      y: [11, 27],
    },
  ],
}
