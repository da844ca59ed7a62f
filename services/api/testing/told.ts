// Events of other rooms for tests of the api, as those rooms publish them.
import { createEvent } from '../../contracts/cloud-event.ts'
import { alertChangedV1 } from '../../contracts/events/alert-changed-v1.ts'
import { falseMarkChangedV1 } from '../../contracts/events/false-mark-changed-v1.ts'
import { noticeIssuedV1 } from '../../contracts/events/notice-issued-v1.ts'
import { silenceChangedV1 } from '../../contracts/events/silence-changed-v1.ts'
import type { FalseMark } from '../../contracts/false-marks.ts'
import type { Silence } from '../../contracts/silences.ts'

const origin = () => ({ source: '/alerts', time: Date.now() })

export const toldAlert = (id: string, more: object = {}) => ({
  topic: 'qly.alert.v1' as const,
  event: createEvent(alertChangedV1, origin(), {
    ...alertChangedV1.example,
    alert: { ...alertChangedV1.example.alert, id, ...more },
  }),
})

export const toldSilence = (id: string, more: Partial<Silence>) => ({
  topic: 'qly.notice.v1' as const,
  event: createEvent(silenceChangedV1, origin(), { silence: { ...silenceChangedV1.example.silence, id, ...more } }),
})

export const toldFalseMark = (id: string, more: Partial<FalseMark>) => ({
  topic: 'qly.notice.v1' as const,
  event: createEvent(falseMarkChangedV1, origin(), { mark: { ...falseMarkChangedV1.example.mark, id, ...more } }),
})

export const toldNotice = (groupKey: string, at: number) => ({
  topic: 'qly.notice.v1' as const,
  event: createEvent(noticeIssuedV1, origin(), {
    ...noticeIssuedV1.example,
    groupKey,
    at: new Date(at).toISOString(),
  }),
})
