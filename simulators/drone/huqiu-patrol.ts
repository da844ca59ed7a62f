// The patrol of the demonstration: from a dock by 虎丘 round the hill and over the back lanes of 湖田社区 and home.
import type { FlightPlan } from './flight.ts'
import type { Fleet } from './osd.ts'

export const huqiuFleet: Fleet = { dock: '7CTDM4100BK001', aircraft: '1581F6Q8D24B0001' }

export const huqiuPatrol: FlightPlan = {
  home: [120.5792, 31.3312],
  waypoints: [
    [120.5745, 31.3358],
    [120.5722, 31.3392],
    [120.5779, 31.3404],
    [120.5838, 31.3371],
    [120.5872, 31.3322],
    [120.5887, 31.3268],
    [120.5841, 31.3264],
  ],
  altitude: 100,
  speed: 9,
  climb: 4,
  rest: 240,
}
