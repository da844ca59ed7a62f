// 新庄农贸市场: shops and many e-bikes; delivery vans stop in front of the market longer than they may.
import type { StreetScript } from '../street-script.ts'

export const market: StreetScript = {
  seed: 33,
  light: 'overcast',
  street: {
    seed: 332,
    lanesEachWay: 1,
    laneWidth: 4.9,
    left: { pavement: 3, parking: 2.3, front: 'flats' },
    right: { pavement: 3.6, parking: 0, front: 'shops' },
    centreLine: 'dashed',
    yellowKerb: true,
    crossings: [],
    asphalt: 0.2,
    trees: ['left'],
  },
  view: { position: [-7.4, 0, 6], yaw: 0.5, pitch: 0.33, fieldOfView: 1 },
  lanes: [
    { id: 'up', x: 1.4, way: 1, kinds: ['sedan', 'microvan', 'hatchback', 'suv'], perMinute: 4, speed: 5.5 },
    { id: 'down', x: -1.6, way: -1, kinds: ['sedan', 'suv', 'box_truck', 'mpv'], perMinute: 4, speed: 5.5 },
    { id: 'bikes-up', x: 2.7, way: 1, kinds: ['e_bike', 'bicycle', 'e_bike', 'motorcycle'], perMinute: 6, speed: 4.5 },
    { id: 'bikes-down', x: -3.6, way: -1, kinds: ['e_bike', 'bicycle', 'e_bike'], perMinute: 6, speed: 4.5 },
  ],
  parking: [
    { lane: 'up', kind: 'microvan', x: 3.9, y: 16.5, at: 55, seconds: 70, everySeconds: 520 },
    { lane: 'up', kind: 'box_truck', x: 3.75, y: 23.5, at: 290, seconds: 75, everySeconds: 700 },
  ],
  standing: [
    { kind: 'sedan', x: -6.1, y: 19, heading: -1.57 },
    { kind: 'suv', x: -6.1, y: 25, heading: -1.57 },
    ...[0, 1, 2, 3, 4].map((i) => ({
      kind: i === 2 ? ('bicycle_alone' as const) : ('e_bike_alone' as const),
      x: 5.9,
      y: 19 + i * 0.95,
      heading: 3.1 + 0.1 * i,
    })),
  ],
  walkersPerMinute: 10,
  zones: [
    {
      id: 'market-front',
      kind: 'no_parking',
      classes: ['car', 'large_vehicle'],
      dwellSeconds: 20,
      x: [2.45, 4.9],
      y: [12, 27],
    },
  ],
}
