// Every refusal in one shape: { error: { code, message, retryable, details? } }, with the status of the code.
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { Type } from 'typebox'
import { AppError, asAppError } from '../../contracts/errors.ts'

export const ErrorBody = Type.Object({
  error: Type.Object({
    code: Type.String({ description: 'closed code, see services/contracts/errors.ts' }),
    message: Type.String(),
    retryable: Type.Boolean(),
    details: Type.Optional(Type.Unknown()),
  }),
})

export function answerErrors(app: FastifyInstance): void {
  app.setErrorHandler((error: FastifyError, request, reply) => sendError(toAppError(error), request, reply))
  app.setNotFoundHandler((request, reply) => {
    const message = `there is no ${request.method} ${request.url.split('?')[0]}; see /openapi.json`
    return sendError(new AppError('QLY_NOT_FOUND', message), request, reply)
  })
}

/** Fastify's own errors under our codes. */
export function toAppError(error: FastifyError): AppError {
  if (error instanceof AppError) return error
  if (error.validation) {
    const faults = error.validation.map(
      ({ instancePath, message }) => `${error.validationContext}${instancePath} ${message}`,
    )
    return new AppError('QLY_INPUT_INVALID', faults.join('; '), { cause: error })
  }
  if (error.statusCode === 413) return new AppError('QLY_INPUT_TOO_LARGE', error.message, { cause: error })
  if (error.statusCode === 429) return new AppError('QLY_RATE_LIMITED', error.message, { cause: error })
  if (error.statusCode !== undefined && error.statusCode >= 400 && error.statusCode < 500) {
    return new AppError('QLY_INPUT_INVALID', error.message, { cause: error })
  }
  return asAppError(error)
}

function sendError(error: AppError, request: FastifyRequest, reply: FastifyReply) {
  if (error.status >= 500) request.log.error({ err: error }, error.message)
  if (error.code === 'QLY_UNAUTHENTICATED') void reply.header('www-authenticate', 'Bearer')
  const { code, retryable, details } = error
  // what went wrong inside is for the log, not for the caller
  const message = code === 'QLY_INTERNAL' ? 'a fault of ours; the log has it' : error.message
  return reply
    .status(error.status)
    .type('application/json')
    .send({ error: { code, message, retryable, ...(details === undefined ? {} : { details }) } })
}
