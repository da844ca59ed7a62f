// What routes are given.
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { CameraSearch } from '../../contracts/camera-search.ts'
import type { Config } from '../../contracts/config/config.ts'
import type { LiveView } from '../../contracts/live.ts'
import type { Organisation } from '../../contracts/organisation.ts'
import type { RecordingLibrary } from '../../contracts/recordings.ts'
import type { CameraDirectory } from '../../kernel/cameras/camera-directory.ts'
import type { Kernel } from '../../kernel/kernel.ts'
import type { Accounts } from '../auth/accounts.ts'
import type { Audit } from '../auth/audit.ts'
import type { Commands } from '../commands/commands.ts'
import type { Http } from '../http/server.ts'
import type { Views } from '../projection/views.ts'
import type { EventHub } from '../stream/event-hub.ts'
import type { LatestFrames } from '../stream/latest-frames.ts'

export type FootageUpload = (request: IncomingMessage, response: ServerResponse, pilot: string) => Promise<void>

export interface RouteContext
  extends Pick<Kernel, 'bus' | 'timeSeries' | 'objectStore' | 'clock' | 'logger' | 'registry'> {
  readonly config: Config
  readonly organisation: Organisation
  readonly version: string
  readonly accounts: Accounts
  readonly audit: Audit
  readonly commands: Commands
  readonly views: Views
  readonly hub: EventHub
  readonly frames: LatestFrames
  /** takes footage uploads of an authenticated pilot; absent where no footage room runs in this process */
  readonly upload?: FootageUpload | undefined
  /** live view of the cameras; absent where no live room runs in this process */
  readonly live?: LiveView | undefined
  /** what is recorded; absent where no recording room runs in this process */
  readonly recordings?: RecordingLibrary | undefined
  /** finds cameras in the network; absent where media has no part in this process */
  readonly cameraSearch?: CameraSearch | undefined
  /** changes cameras; absent where nobody may */
  readonly cameras?: CameraDirectory | undefined
  /** /readyz: rejects with the reason while a part of this process does not work */
  readonly check: () => Promise<void>
}

export type Routes = (app: Http, context: RouteContext) => void
