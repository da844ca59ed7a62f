// data of the events of a flight: progress, health, media (domain.md §1.6, §1.8).
import { type FlightPlan, type FlightState, flightAt, flightSeconds } from './flight.ts'

export function taskProgress(
  flightId: string,
  plan: FlightPlan,
  state: FlightState,
  status: 'in_progress' | 'ok',
): Record<string, unknown> {
  return {
    result: 0,
    output: {
      status,
      progress: {
        current_step: status === 'ok' ? 255 : state.phase === 'wayline' ? 24 : 19,
        percent: Math.round(state.progress * 100),
      },
      ext: {
        flight_id: flightId,
        track_id: '',
        current_waypoint_index: state.waypoint,
        wayline_mission_state: status === 'ok' ? 9 : 6,
        media_count: Math.min(plan.waypoints.length, state.waypoint),
        wayline_id: 0,
      },
    },
  }
}

export function hmsWind(state: FlightState): Record<string, unknown> {
  return {
    list: [
      {
        level: 1,
        module: 3,
        in_the_sky: state.elevation > 0 ? 1 : 0,
        code: '0x16100083',
        device_type: '0-91-1',
        imminent: 0,
        args: { component_index: 0, sensor_index: 0 },
      },
    ],
  }
}

/** `gimbal_yaw_degree` is a text and `create_time` has no zone, as in DJI's own example (domain.md §1.9). */
export function mediaFile(
  flightId: string,
  plan: FlightPlan,
  index: number,
  expected: number,
  at: number,
): Record<string, unknown> {
  const { prepare, climb, wayline } = flightSeconds(plan)
  const state = flightAt(plan, prepare + climb + (wayline * (index + 1)) / (expected + 1))
  const taken = new Date(at - (expected - index) * 60_000 + 8 * 3_600_000).toISOString().slice(0, 19).replace('T', ' ')
  const name = `DJI_${taken.replaceAll(/[- :]/g, '')}_${String(index + 1).padStart(4, '0')}_V.jpeg`
  return {
    file: {
      object_key: `dji/${flightId}/${name}`,
      path: flightId,
      name,
      ext: { flight_id: flightId, drone_model_key: '0-91-1', payload_model_key: '1-81-0', is_original: true },
      metadata: {
        gimbal_yaw_degree: state.heading.toFixed(2),
        absolute_altitude: Number((14.6 + state.elevation).toFixed(2)),
        relative_altitude: Number(state.elevation.toFixed(2)),
        create_time: taken,
        shoot_position: { lat: state.position[1], lng: state.position[0] },
      },
      cloud_to_cloud_id: 'DEFAULT',
    },
    flight_task: { uploaded_file_count: index + 1, expected_file_count: expected, flight_type: 0 },
  }
}
