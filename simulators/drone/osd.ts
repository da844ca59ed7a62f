// DJI Cloud API bodies: osd of aircraft (M3TD) and dock (Dock 2) in parts as DJI sends them, state, update_topo (domain.md §1.3–§1.5).
import type { FlightPlan, FlightState } from './flight.ts'
import { modeCodes } from './flight.ts'

export interface Fleet {
  readonly dock: string
  readonly aircraft: string
}

/** Model keys: M3TD 0-91-1, Dock 2 3-2-0; the M3TD's camera is 81-0-0. */
const camera = '81-0-0'
/** metres between the ellipsoid and the ground in Suzhou (the geoid lies about 11 m above it) */
const ellipsoidHeight = 14.6

/** The parts of the aircraft's osd: one is sent every two seconds, in turn, position twice as often as the others. */
export function aircraftOsd(
  state: FlightState,
  plan: FlightPlan,
  battery: number,
  turn: number,
): Record<string, unknown> {
  const part = turn % 4
  if (part === 1) return batteryPart(battery)
  if (part === 3) return payloadPart(state)
  return positionPart(state, plan)
}

function positionPart(state: FlightState, plan: FlightPlan): Record<string, unknown> {
  const [longitude, latitude] = state.position
  return {
    mode_code: modeCodes[state.phase],
    mode_code_reason: state.phase === 'home' ? 5 : 0,
    longitude: round(longitude, 8),
    latitude: round(latitude, 8),
    height: round(ellipsoidHeight + state.elevation, 3),
    elevation: round(state.elevation, 1),
    attitude_head: Math.round(state.heading),
    attitude_pitch: state.horizontalSpeed > 0 ? -8.4 : 0.2,
    attitude_roll: 0.3,
    horizontal_speed: round(state.horizontalSpeed, 1),
    vertical_speed: round(state.verticalSpeed, 1),
    wind_speed: 2.6,
    wind_direction: 4,
    home_distance: round(state.homeDistance, 1),
    height_limit: 120,
    is_near_area_limit: 0,
    is_near_height_limit: state.elevation > 110 ? 1 : 0,
    gear: 1,
    position_state: { is_fixed: 2, quality: 5, gps_number: 24, rtk_number: 31 },
    track_id: state.airborne > 0 ? `patrol-${Math.round(plan.altitude)}` : '',
  }
}

function batteryPart(percent: number): Record<string, unknown> {
  const charge = Math.round(percent)
  return {
    battery: {
      capacity_percent: charge,
      remain_flight_time: Math.round(percent * 21),
      return_home_power: 22,
      landing_power: 12,
      batteries: [
        {
          capacity_percent: charge,
          index: 0,
          sn: '8UCDLBA00A000X',
          voltage: Math.round(21_000 + percent * 42),
          temperature: 31.6,
          loop_times: 47,
          firmware_version: '08.75.02.21',
        },
      ],
    },
    storage: { total: 60_112_000, used: 8_412_000 },
    total_flight_time: 402_190,
    total_flight_distance: 2_113_408,
    total_flight_sorties: 311,
  }
}

function payloadPart(state: FlightState): Record<string, unknown> {
  const recording = state.phase === 'wayline' ? 1 : 0
  return {
    cameras: [
      {
        payload_index: camera,
        camera_mode: 1,
        photo_state: 0,
        recording_state: recording,
        record_time: recording * Math.round(state.airborne),
        zoom_factor: 2,
        ir_zoom_factor: 2,
        liveview_world_region: { left: 0.4, top: 0.4, right: 0.6, bottom: 0.6 },
      },
    ],
    [camera]: {
      payload_index: camera,
      gimbal_pitch: state.phase === 'wayline' ? -55 : -90,
      gimbal_roll: 0,
      gimbal_yaw: Math.round(state.heading * 10) / 10,
      zoom_factor: 2,
      measure_target_error_state: 3,
    },
  }
}

/** The parts of the dock's osd; it is a small weather station as well. */
export function dockOsd(
  state: FlightState,
  plan: FlightPlan,
  fleet: Fleet,
  battery: number,
  turn: number,
  weather: { temperature: number; humidity: number; wind: number },
): Record<string, unknown> {
  const inside = state.phase === 'off'
  if (turn % 2 === 1)
    return {
      network_state: { type: 2, quality: 5, rate: 4120 },
      media_file_detail: { remain_upload: 0 },
      sub_device: {
        device_sn: fleet.aircraft,
        device_model_key: '0-91-1',
        device_online_status: inside ? 0 : 1,
        device_paired: 1,
      },
      job_number: 311,
      acc_time: 9_412_009,
      activation_time: 1_577_836_800,
      electric_supply_voltage: 228,
      working_voltage: 26_010,
      working_current: inside ? 2100 : 640,
    }
  return {
    longitude: plan.home[0],
    latitude: plan.home[1],
    height: ellipsoidHeight,
    heading: 92,
    mode_code: inside ? 0 : 4,
    flighttask_step_code: inside ? 255 : state.phase === 'prepare' ? 0 : 1,
    cover_state: state.phase === 'prepare' || state.phase === 'landing' ? 1 : 0,
    putter_state: 0,
    drone_in_dock: inside || state.phase === 'prepare' ? 1 : 0,
    drone_charge_state: { state: inside && battery < 99.5 ? 1 : 0, capacity_percent: Math.round(battery) },
    environment_temperature: round(weather.temperature, 1),
    temperature: round(weather.temperature + 3, 1),
    humidity: Math.round(weather.humidity),
    wind_speed: round(weather.wind, 1),
    rainfall: 0,
    emergency_stop_state: 0,
    alarm_state: 0,
  }
}

/** state: sent on change only. */
export function aircraftState(plan: FlightPlan): Record<string, unknown> {
  return {
    home_longitude: plan.home[0],
    home_latitude: plan.home[1],
    firmware_version: '10.01.1807',
    control_source: 'A',
    low_battery_warning_threshold: 30,
    serious_low_battery_warning_threshold: 20,
  }
}

/** data of `update_topo`: the dock, with its aircraft while that is switched on. */
export function topology(fleet: Fleet, aircraftOn: boolean): Record<string, unknown> {
  return {
    domain: '3',
    type: 2,
    sub_type: 0,
    device_secret: 'simulated',
    nonce: 'simulated',
    thing_version: '1.1.2',
    sub_devices: aircraftOn
      ? [
          {
            sn: fleet.aircraft,
            domain: '0',
            type: 91,
            sub_type: 1,
            index: 'A',
            device_secret: 'simulated',
            nonce: 'simulated',
            thing_version: '1.1.2',
          },
        ]
      : [],
  }
}

function round(value: number, decimals: number): number {
  return Number(value.toFixed(decimals))
}
