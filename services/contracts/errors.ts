// Errors with closed codes: what went wrong, whether a retry helps, and which HTTP status says it at the edge.

interface ErrorKind {
  readonly retryable: boolean
  /** HTTP status at the API's edge (RFC 9110) */
  readonly status: number
  readonly meaning: string
}

const kind = (retryable: boolean, status: number, meaning: string): ErrorKind => ({ retryable, status, meaning })

/** Every code of the product. Add, never rename: others script against them. */
export const errorCodes = {
  QLY_CONFIG_INVALID: kind(false, 500, 'The configuration has faults; all of them are listed with their lines.'),
  QLY_PORT_IN_USE: kind(false, 500, 'Another program listens on a port that we need.'),
  QLY_DATA_FROM_NEWER_VERSION: kind(false, 500, 'The data directory was written by a newer version of the product.'),
  QLY_DATA_LOCKED: kind(false, 500, 'Another process uses the data directory.'),
  QLY_STORAGE_FULL: kind(true, 507, 'The disk is full; nothing was acknowledged.'),
  QLY_STORAGE_UNAVAILABLE: kind(true, 503, 'A database or store does not answer.'),
  QLY_STORAGE_CORRUPT: kind(false, 500, 'Stored data cannot be read.'),
  QLY_BUS_UNAVAILABLE: kind(true, 503, 'The event bus does not answer.'),
  QLY_BUS_EVENT_INVALID: kind(false, 500, 'An event does not fit the schema of its type.'),
  QLY_NOT_FOUND: kind(false, 404, 'There is no such thing.'),
  QLY_INPUT_INVALID: kind(false, 400, 'The request does not fit its schema.'),
  QLY_INPUT_TOO_LARGE: kind(false, 413, 'The request is larger than its limit.'),
  QLY_UNAUTHENTICATED: kind(false, 401, 'No credential, or a wrong one.'),
  QLY_FORBIDDEN: kind(false, 403, 'The role does not allow it.'),
  QLY_RATE_LIMITED: kind(true, 429, 'Too many requests; wait and try again.'),
  QLY_CONFLICT: kind(false, 409, 'The state has changed meanwhile.'),
  QLY_TRANSITION_REFUSED: kind(false, 409, 'The life cycle does not allow this step from this state.'),
  QLY_COMMAND_TIMEOUT: kind(
    true,
    504,
    'The room that owns it did not answer in time; the command may still be carried out.',
  ),
  QLY_PAYLOAD_UNREADABLE: kind(false, 400, 'The payload is not what its topic demands.'),
  QLY_PAYLOAD_TOO_LARGE: kind(false, 413, 'The payload is larger than its limit.'),
  QLY_COORDINATE_OUT_OF_RANGE: kind(false, 400, 'A coordinate is not WGS-84 degrees.'),
  QLY_DEVICE_UNKNOWN: kind(false, 404, 'The device is not registered.'),
  QLY_MODEL_UNKNOWN: kind(false, 404, 'There is no such model folder.'),
  QLY_MODEL_INVALID: kind(false, 422, 'The model, its description or its hash is wrong; the message says what.'),
  QLY_STREAM_UNREADABLE: kind(true, 502, 'The stream cannot be opened or decoded.'),
  QLY_HANDLER_FAILED: kind(false, 500, 'A consumer failed on this event for a reason of its own.'),
  QLY_INTERNAL: kind(false, 500, 'A fault of ours.'),
} as const satisfies Record<string, ErrorKind>

export type ErrorCode = keyof typeof errorCodes

/** The only error class of the product: a closed code, a message that says what to change, and a cause. */
export class AppError extends Error {
  readonly code: ErrorCode
  readonly retryable: boolean
  readonly status: number
  /** particulars for logs and API answers, e.g. the list of faults */
  readonly details: unknown

  constructor(
    code: ErrorCode,
    message: string,
    options: { cause?: unknown; details?: unknown; retryable?: boolean } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.name = 'AppError'
    this.code = code
    this.retryable = options.retryable ?? errorCodes[code].retryable
    this.status = errorCodes[code].status
    this.details = options.details
  }
}

/** Anything thrown, as an AppError: itself, or wrapped under `code` with the thing as its cause. */
export function asAppError(thrown: unknown, code: ErrorCode = 'QLY_INTERNAL'): AppError {
  if (thrown instanceof AppError) return thrown
  const message = thrown instanceof Error ? thrown.message : String(thrown)
  return new AppError(code, message, { cause: thrown })
}
