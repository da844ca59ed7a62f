// The steps that a ticket's stage allows, as buttons; a reason or a photo is asked for where the step needs one.
import { useState } from 'react'
import { request, wordsOf } from '../api/client.ts'
import type { Ticket } from '../api/types.ts'
import { useLanguage } from '../language/language.tsx'
import { stepNames } from '../language/texts.ts'
import { ReasonDialog } from '../shared/reason-dialog.tsx'

type Step = keyof typeof stepNames

const steps: Readonly<Partial<Record<Ticket['stage'], readonly Step[]>>> = {
  accepted: ['file', 'void'],
  filed: ['dispatch', 'void'],
  dispatched: ['receive', 'return', 'void'],
  handling: ['feedback', 'return'],
  checking: ['check_pass', 'return'],
}
const withReason: readonly Step[] = ['void', 'return']

export function TicketSteps({ ticket }: { readonly ticket: Ticket }) {
  const { pick } = useLanguage()
  const [asking, setAsking] = useState<Step>()
  const [fault, setFault] = useState('')

  const send = (action: Step, given: object) =>
    request(`/api/v1/tickets/${ticket.id}/transitions`, { method: 'POST', json: { action, ...given } })

  function begin(step: Step) {
    setFault('')
    if (step === 'feedback' || withReason.includes(step)) setAsking(step)
    else send(step, {}).catch((error) => setFault(wordsOf(error)))
  }

  async function complete(step: Step, { reason, photo }: { reason: string; photo: File | undefined }) {
    const comment = reason === '' ? {} : { comment: reason }
    if (!photo) return void (await send(step, comment))
    const proof = await request('/api/v1/evidence', { method: 'POST', picture: photo })
    await send(step, { ...comment, proof: [proof] })
  }

  return (
    <>
      <p className="verbs">
        {(steps[ticket.stage] ?? []).map((step) => (
          <button key={step} type="button" onClick={() => begin(step)}>
            {pick(stepNames[step])}
          </button>
        ))}
      </p>
      {fault !== '' && (
        <p role="alert" className="fault">
          {fault}
        </p>
      )}
      {asking && (
        <ReasonDialog
          title={`${pick(stepNames[asking])} ${ticket.number}`}
          wantsReason={withReason.includes(asking)}
          wantsPhoto={asking === 'feedback'}
          onClose={() => setAsking(undefined)}
          onSend={(given) => complete(asking, given)}
        />
      )}
    </>
  )
}
