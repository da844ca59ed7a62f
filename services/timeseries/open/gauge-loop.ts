// Tells at every full minute how many alerts and tickets are open.
import type { RoomDatabase } from '../../kernel/database/database.ts'
import type { Kernel } from '../../kernel/kernel.ts'
import { minuteMs } from '../figures/count.ts'
import { type OpenItemTables, readGauges, rememberTold } from './open-items.ts'

export interface GaugeLoop {
  /** Resolves when a round that runs has ended. */
  stop(): Promise<void>
}

/** Starts at once, with the next full minute. Several recorders on one database tell the same. A round that fails is logged; the next comes in a minute. */
export function createGaugeLoop(
  { clock, logger, timeSeries }: Pick<Kernel, 'clock' | 'logger' | 'timeSeries'>,
  room: RoomDatabase<OpenItemTables>,
): GaugeLoop {
  let stopped = false
  let cancel = () => {}
  let running = Promise.resolve()

  const round = async (time: number) => {
    try {
      const gauges = await readGauges(room)
      await timeSeries.write(
        gauges.map(({ measurement, tags, open }) => ({ measurement, tags, fields: { open }, time })),
      )
      await rememberTold(room, gauges)
    } catch (error) {
      logger.warn({ err: error }, 'the numbers of open alerts and tickets could not be recorded for this minute')
    }
    if (!stopped) schedule()
  }
  const schedule = () => {
    const next = (Math.floor(clock.now() / minuteMs) + 1) * minuteMs
    cancel = clock.after(next - clock.now(), () => {
      running = round(next)
    })
  }
  schedule()

  return {
    async stop() {
      stopped = true
      cancel()
      await running
    },
  }
}
