// Who may see a camera's pictures as they are: without privacy masks, with faces and plates.
import type { CameraConfig } from '../../contracts/config/cameras.ts'
import { may } from './roles.ts'

/** Video as it was recorded or comes from the camera can be neither masked nor blurred: it is for those who may see all that is in it. */
export function maySeeOriginal(
  camera: Pick<CameraConfig, 'privacyMasks'> | undefined,
  roles: readonly string[],
): boolean {
  const masked = (camera?.privacyMasks ?? []).length > 0
  return may(roles, 'seeIdentities') && (!masked || may(roles, 'seeUnmasked'))
}
