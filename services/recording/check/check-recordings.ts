// Compares files, database and evidence: files that nobody knows are taken in (a killed process left them), rows without files go, hashes are proved.
import { rm, stat, truncate } from 'node:fs/promises'
import { join, relative } from 'node:path'
import { AppError, asAppError } from '../../contracts/errors.ts'
import type { RecordingCheck } from '../../contracts/recordings.ts'
import type { RoomDatabase } from '../../kernel/database/database.ts'
import type { Kernel } from '../../kernel/kernel.ts'
import { listFiles } from '../../kernel/object-store/files/list-files.ts'
import type { NewSegment, SegmentIndex } from '../index/segment-index.ts'
import { openMediaFile } from '../playback/read-media-file.ts'
import type { RecordingTables } from '../recording-tables.ts'
import { remove } from '../retention/sweep.ts'
import { readBoxes } from '../segments/boxes.ts'
import { readSegmentPath } from '../segments/segment-path.ts'
import { streamId } from '../segments/segment-store.ts'

export interface CheckDeps extends Pick<Kernel, 'clock' | 'logger' | 'objectStore'> {
  readonly room: RoomDatabase<RecordingTables>
  readonly index: Pick<SegmentIndex, 'add' | 'byPath'>
  readonly directory: string
}

/** A file that was changed within this time may be one that is being written, by this process or another. */
const quietMs = 120_000

/**
 * `untouchedSince`: only files that nobody has changed after that (ms since the epoch) are judged; default: two minutes ago.
 * `evidence: false`: hashes are left for another time.
 */
export async function checkRecordings(
  deps: CheckDeps,
  options: { repair: boolean; untouchedSince?: number; evidence?: boolean },
): Promise<RecordingCheck> {
  const { repair, untouchedSince = deps.clock.now() - quietMs, evidence = true } = options
  const found = await checkFiles(deps, repair, untouchedSince)
  const rowsWithoutFiles = await checkRows(deps, repair)
  const proof = evidence ? await checkEvidence(deps) : { evidenceMissing: [], evidenceWrong: [], evidenceChecked: 0 }
  return { at: new Date(deps.clock.now()).toISOString(), ...found, rowsWithoutFiles, ...proof }
}

async function checkFiles({ directory, index, logger }: CheckDeps, repair: boolean, untouchedSince: number) {
  const [filesWithoutRows, unreadable]: [string[], string[]] = [[], []]
  let takenIn = 0
  for await (const file of listFiles(directory)) {
    const path = relative(directory, file)
    const name = readSegmentPath(path)
    if (!name || (await index.byPath(path))) continue
    const { mtimeMs } = await stat(file).catch(() => ({ mtimeMs: Number.POSITIVE_INFINITY }))
    if (mtimeMs >= untouchedSince) continue
    filesWithoutRows.push(path)
    const segment = await readSegment(directory, path, name, repair).catch((error: unknown) => {
      logger.warn({ path, reason: asAppError(error).message }, 'a segment that nobody closed cannot be read')
    })
    if (!segment) {
      unreadable.push(path)
      if (repair) await rm(file, { force: true })
    } else if (repair) {
      await index.add(segment)
      takenIn++
    }
  }
  return { filesWithoutRows, unreadable, takenIn }
}

/** The row of a file, from the file alone. A torn end is cut off (if `repair`), so that players get whole fragments only. */
async function readSegment(
  directory: string,
  path: string,
  { cameraId, startedAt }: { cameraId: string; startedAt: number },
  repair: boolean,
): Promise<NewSegment | undefined> {
  const file = join(directory, path)
  const { headerBytes, wholeBytes } = await readBoxes(file)
  if (headerBytes === 0 || wholeBytes <= headerBytes) return undefined
  if (repair) await truncate(file, wholeBytes)
  const media = await openMediaFile(file)
  try {
    const { codec, extraData, width, height, audio } = media.parameters
    const keys: number[] = []
    let endMs = 0
    for await (const packet of media.packets()) {
      if (packet.track !== 'video') continue
      if (packet.key) keys.push(Math.round(packet.shownMs))
      endMs = Math.max(endMs, packet.shownMs + packet.durationMs)
    }
    if (keys.length === 0) return undefined
    return {
      path,
      camera: cameraId,
      started_at: startedAt,
      ended_at: startedAt + Math.max(1, Math.round(endMs)),
      bytes: wholeBytes,
      codec,
      width,
      height,
      audio: audio ? 1 : 0,
      stream: streamId(codec, { width, height }, extraData, audio),
      keys: JSON.stringify(keys),
    }
  } finally {
    await media.close()
  }
}

async function checkRows({ room: { db }, directory, clock }: CheckDeps, repair: boolean): Promise<string[]> {
  const missing: string[] = []
  let after = ''
  for (;;) {
    const rows = await db
      .selectFrom('segment')
      .select(['path', 'camera', 'started_at', 'ended_at'])
      .where('path', '>', after)
      .orderBy('path')
      .limit(1000)
      .execute()
    const gone = []
    for (const row of rows) if (!(await exists(join(directory, row.path)))) gone.push(row)
    missing.push(...gone.map(({ path }) => path))
    if (repair) await remove(db, directory, gone)
    const last = rows.at(-1)
    if (!last) break
    after = last.path
  }
  if (repair) await forgetSightings(db, clock.now())
  return missing
}

/** What was seen in times of which nothing is kept, and marks of times long gone. */
async function forgetSightings(db: RoomDatabase<RecordingTables>['db'], now: number): Promise<void> {
  await db
    .deleteFrom('sighting')
    .where('at', '<', now - 3_600_000)
    .where(({ not, exists, selectFrom }) =>
      not(
        exists(
          selectFrom('segment')
            .select('path')
            .whereRef('segment.camera', '=', 'sighting.camera')
            .whereRef('segment.started_at', '<=', 'sighting.at')
            .whereRef('segment.ended_at', '>', 'sighting.at'),
        ),
      ),
    )
    .execute()
  await db
    .deleteFrom('mark')
    .where('kind', '=', 'motion')
    .where('ended_at', '<', now - 366 * 86_400_000)
    .execute()
}

const exists = (path: string) =>
  stat(path).then(
    () => true,
    () => false,
  )

/** Reads every clip that was told as evidence, and every picture beside them: the store itself compares bytes with hashes. */
async function checkEvidence({ room: { db }, objectStore }: CheckDeps) {
  const [evidenceMissing, evidenceWrong]: [string[], string[]] = [[], []]
  let evidenceChecked = 0
  const seen = new Set<string>()
  const prove = async (key: string) => {
    if (seen.has(key)) return
    seen.add(key)
    evidenceChecked++
    try {
      const { stream } = await objectStore.get(key)
      for await (const _ of stream) {
        // only the hash matters; the store compares it at the end
      }
    } catch (error) {
      const { code } = asAppError(error)
      if (code === 'QLY_NOT_FOUND') evidenceMissing.push(key)
      else if (code === 'QLY_STORAGE_CORRUPT') evidenceWrong.push(key)
      else throw error instanceof AppError ? error : asAppError(error)
    }
  }
  for await (const { key } of objectStore.list('evidence')) await prove(key)
  const clips = await db.selectFrom('clip').select('key').where('state', '=', 'made').execute()
  for (const { key } of clips) if (key !== null) await prove(key)
  return { evidenceMissing, evidenceWrong, evidenceChecked }
}
