// A dock with its aircraft: osd every two seconds, topology, flights by plan or on command, their progress, health and media events.
import { randomUUID } from 'node:crypto'
import { createMqttDevice, type MqttAddress } from '../device/mqtt-device.ts'
import { createPace, type Pace } from '../device/pace.ts'
import type { Simulator, SimulatorDeps } from '../simulator.ts'
import { createDjiLink, type ServiceAnswer } from './dji-link.ts'
import { type FlightPlan, flightAt, flightSeconds } from './flight.ts'
import { hmsWind, mediaFile, taskProgress } from './flight-events.ts'
import { aircraftOsd, aircraftState, dockOsd, type Fleet, topology } from './osd.ts'

export interface DroneOptions {
  readonly fleet: Fleet
  readonly plan: FlightPlan
  readonly mqtt: MqttAddress
  /** seconds until the first flight */
  readonly firstFlight?: number
  readonly speed?: number
}

/** DJI's osd comes at 0.5 Hz. */
const osdSeconds = 2
const photosPerFlight = 3
/** per cent a second in the air, and while it charges */
const battery = { use: 0.045, charge: 0.06 }

/** Services that it carries out; others are answered with an error. */
const known = new Set([
  'flighttask_prepare',
  'flighttask_execute',
  'flighttask_pause',
  'flighttask_recovery',
  'flighttask_undo',
  'flighttask_stop',
  'return_home',
  'return_home_cancel',
  'live_start_push',
  'live_stop_push',
  'live_set_quality',
  'live_lens_change',
  'live_camera_change',
  'upload_flighttask_media_prioritize',
  'camera_photo_take',
  'speaker_tts_play_start',
  'speaker_audio_play_start',
  'speaker_replay',
  'speaker_play_stop',
  'speaker_play_mode_set',
  'speaker_play_volume_set',
])
const unknownMethod = 314_001

export function createDrone(deps: SimulatorDeps, options: DroneOptions): Simulator {
  const { fleet, plan, mqtt, firstFlight = 5, speed = 1 } = options
  const device = createMqttDevice(deps, { ...mqtt, id: fleet.dock })
  const link = createDjiLink(deps, device, fleet.dock, serve)
  let charge = 97
  let turn = 0
  let now = 0
  let flight: { id: string; began: number; told: number } | undefined
  let nextFlight = firstFlight
  let aircraftOn = false
  let pace: Pace | undefined

  function serve(method: string, _data: Record<string, unknown>): ServiceAnswer {
    if (!known.has(method)) return { result: unknownMethod }
    if (method === 'flighttask_execute' && !flight) nextFlight = now
    // home: as if the wayline were done
    if (flight && ['return_home', 'flighttask_stop'].includes(method)) {
      const { prepare, climb, wayline } = flightSeconds(plan)
      flight.began = Math.min(flight.began, now - (prepare + climb + wayline))
    }
    return { result: 0, output: { status: method === 'flighttask_execute' ? 'in_progress' : 'sent' } }
  }

  async function begin(): Promise<void> {
    // docks ask this before every flight and some wait for the answer
    await Promise.all([link.request('flight_areas_get', {}), link.request('storage_config_get', { module: 0 })])
    if (!flight) return
    await link.status(topology(fleet, true))
    link.push(fleet.aircraft, 'state', aircraftState(plan))
    await link.event('flighttask_ready', { flight_ids: [flight.id] }, { needReply: true })
  }

  async function end(id: string): Promise<void> {
    await link.event('flighttask_progress', taskProgress(id, plan, flightAt(plan, flightSeconds(plan).whole), 'ok'), {
      needReply: true,
      bid: id,
    })
    for (let index = 0; index < photosPerFlight; index++)
      await link.event('file_upload_callback', mediaFile(id, plan, index, photosPerFlight, deps.clock.now()), {
        needReply: true,
      })
    await link.status(topology(fleet, false))
  }

  const tick = (seconds: number) => {
    const elapsed = seconds - now
    now = seconds
    if (!flight && seconds >= nextFlight && charge > 60) {
      flight = { id: randomUUID(), began: seconds, told: seconds }
      aircraftOn = true
      void begin()
    }
    const state = flightAt(plan, flight ? seconds - flight.began : -1)
    if (flight && state.phase === 'off') {
      void end(flight.id)
      flight = undefined
      aircraftOn = false
      nextFlight = seconds + plan.rest
    }
    charge = Math.min(100, Math.max(5, charge + elapsed * (aircraftOn ? -battery.use : battery.charge)))
    const weather = {
      temperature: 26.5 + 1.2 * Math.sin(seconds / 900),
      humidity: 81,
      wind: 2.8 + 1.5 * Math.sin(seconds / 70),
    }
    link.push(fleet.dock, 'osd', dockOsd(state, plan, fleet, charge, turn, weather))
    if (aircraftOn) link.push(fleet.aircraft, 'osd', aircraftOsd(state, plan, charge, turn))
    turn++
    if (flight && seconds - flight.told >= 10) {
      flight.told = seconds
      void link.event('flighttask_progress', taskProgress(flight.id, plan, state, 'in_progress'), { bid: flight.id })
      if (weather.wind > 4.2 && state.phase === 'wayline') void link.event('hms', hmsWind(state))
    }
  }

  return {
    name: fleet.dock,
    async start(signal) {
      device.onConnect(() => void link.status(topology(fleet, aircraftOn)))
      await device.start(signal)
      pace = createPace(deps, osdSeconds * speed, speed, 0.1, tick)
    },
    async stop() {
      await pace?.stop()
      await device.stop()
    },
  }
}
