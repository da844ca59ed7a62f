// What a camera source tells, heard by nobody; but a failure is thrown, so that no test goes on without its pictures.
import type { CameraSourceEvents } from '../camera-source/camera-source.ts'

export const unheard: CameraSourceEvents = {
  onHealth() {},
  onDecoded() {},
  onSkipped() {},
  onDelivered() {},
  onDamaged() {},
  onReconnect() {},
  onFailed(error) {
    throw error
  },
}
