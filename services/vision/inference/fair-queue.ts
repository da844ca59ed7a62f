// A queue in which owners (cameras) take turns: one with many jobs waiting never keeps another from its next one.

export interface FairQueue<Job> {
  /** `patient` jobs (recorded footage) are taken when no other waits. */
  push(owner: string, job: Job, patient?: boolean): void
  /** The next job of the owner whose turn it is; undefined if none waits. With `fits`: of the next owner whose first job fits. */
  take(fits?: (job: Job) => boolean): Job | undefined
  /** Takes everything out. */
  drain(): Job[]
  readonly size: number
}

export function createFairQueue<Job>(): FairQueue<Job> {
  // A Map keeps insertion order: the first owner is next, and goes to the end once served.
  const urgent = new Map<string, Job[]>()
  const patient = new Map<string, Job[]>()
  let size = 0
  return {
    push(owner, job, waits = false) {
      const waiting = waits ? patient : urgent
      const jobs = waiting.get(owner)
      if (jobs) jobs.push(job)
      else waiting.set(owner, [job])
      size++
    },
    take(fits = () => true) {
      const waiting = urgent.size > 0 ? urgent : patient
      for (const [owner, jobs] of waiting) {
        const [job] = jobs
        if (job === undefined || !fits(job)) continue
        waiting.delete(owner)
        jobs.shift()
        if (jobs.length > 0) waiting.set(owner, jobs)
        size--
        return job
      }
      return undefined
    },
    drain() {
      const all = [...urgent.values(), ...patient.values()].flat()
      urgent.clear()
      patient.clear()
      size = 0
      return all
    },
    get size() {
      return size
    },
  }
}
