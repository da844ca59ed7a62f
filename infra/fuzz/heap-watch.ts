// Does memory grow with the work? The heap after a full collection, at the beginning and at the end.
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

export interface HeapWatch {
  /** Bytes in use after a full collection: heap and buffers. */
  measure(): number
}

export function createHeapWatch(): HeapWatch {
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc') as () => void
  return {
    measure() {
      collect()
      collect()
      const { heapUsed, arrayBuffers } = process.memoryUsage()
      return heapUsed + arrayBuffers
    },
  }
}
