// Models in shadow: how they agree with those that count, and pictures of where they do not.
import { Type } from 'typebox'
import { AppError } from '../../contracts/errors.ts'
import { type ShadowCompared, ShadowSample } from '../../contracts/events/shadow-compared-v1.ts'
import { sumShadows } from '../projection/shadows.ts'
import type { Routes } from './context.ts'

const Name = Type.Object({ name: Type.String({ pattern: '^[A-Za-z0-9_.-]{1,64}$' }) })
const Count = Type.Integer({ minimum: 0 })
const Sum = {
  frames: Count,
  skipped: Count,
  labels: Type.Record(
    Type.String(),
    Type.Object({
      agreed: Count,
      onlyOld: Count,
      onlyNew: Count,
      agreement: Type.Number({ description: 'share of all detections that either had' }),
      overlap: Type.Number({ description: 'mean IoU of those that both had' }),
    }),
  ),
}
const Report = Type.Object({
  model: Type.String({ description: 'name@hash, as last seen' }),
  against: Type.Array(Type.String()),
  from: Type.String(),
  to: Type.String(),
  ...Sum,
  cameras: Type.Record(Type.String(), Type.Object(Sum)),
  samples: Type.Array(Type.Object({ cameraId: Type.String(), ...ShadowSample.properties })),
})

const mostReports = 5000
const mostSamples = 50

export const modelRoutes: Routes = (app, { views }) => {
  app.get(
    '/api/v1/models/:name/shadow',
    {
      config: { right: 'read' },
      schema: {
        summary:
          'A model in shadow beside the models that count, over the last week: counts, agreement, pictures of differences.',
        params: Name,
        response: { 200: Report },
      },
    },
    async ({ params: { name } }) => {
      const { items } = await views.list<ShadowCompared>('shadows', { limit: mostReports, filters: { model: [name] } })
      const [newest] = items
      if (newest === undefined)
        throw new AppError(
          'QLY_NOT_FOUND',
          `no camera has told of a model "${name}" in shadow: name it under cameras[].shadow`,
        )
      // another file of the same name is another model
      const reports = items.filter(({ model }) => model === newest.model)
      const cameras = [...new Set(reports.map(({ cameraId }) => cameraId))].sort()
      return {
        model: newest.model,
        against: [...newest.against],
        from: reports.map(({ from }) => from).sort()[0] as string,
        to: newest.to,
        ...sumShadows(reports),
        cameras: Object.fromEntries(
          cameras.map((id) => [id, sumShadows(reports.filter(({ cameraId }) => cameraId === id))]),
        ),
        samples: reports
          .flatMap(({ cameraId, samples }) => samples.map((sample) => ({ cameraId, ...sample })))
          .sort((a, b) => (a.at < b.at ? 1 : -1))
          .slice(0, mostSamples),
      }
    },
  )
}
