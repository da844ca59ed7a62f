// Open tickets, newest first, with the steps that their stage allows.
import type { OrganisationView, Ticket } from '../api/types.ts'
import { useLanguage } from '../language/language.tsx'
import { stageNames } from '../language/texts.ts'
import { useNow } from '../shared/status-bar.tsx'
import { TicketSteps } from './ticket-steps.tsx'

export function TicketList(props: {
  readonly tickets: readonly Ticket[]
  readonly organisation: OrganisationView | undefined
  readonly mayAct: boolean
}) {
  const { tickets, organisation, mayAct } = props
  const { t } = useLanguage()
  return (
    <>
      <h2>
        {t('tickets')} <span className="number">{tickets.length}</span>
      </h2>
      <ol className="cards">
        {tickets.map((ticket) => (
          <TicketCard key={ticket.id} ticket={ticket} organisation={organisation} mayAct={mayAct} />
        ))}
      </ol>
      {tickets.length === 0 && <p className="empty">{t('noTickets')}</p>}
    </>
  )
}

function TicketCard(props: {
  readonly ticket: Ticket
  readonly organisation: OrganisationView | undefined
  readonly mayAct: boolean
}) {
  const { ticket, organisation, mayAct } = props
  const { t, pick } = useLanguage()
  const picture = ticket.evidence.findLast(({ role }) => role === 'boxed') ?? ticket.evidence.at(-1)
  const named = (
    list: readonly { id: string; name: { zh: string; en: string } }[] | undefined,
    id: string | undefined,
  ) => {
    const found = list?.find((item) => item.id === id)
    return found ? pick(found.name) : (id ?? '–')
  }
  return (
    <li className={`card ${ticket.overdue ? 'critical' : ticket.severity}`}>
      {picture && <img src={picture.url} alt="" loading="lazy" />}
      <div>
        <p className="head">
          <span className="stage">{pick(stageNames[ticket.stage])}</span>
          <strong>{pick(ticket.category)}</strong>
          {ticket.suspended && <span className="count">{t('suspended')}</span>}
          <Deadline ticket={ticket} />
        </p>
        <p>{pick(ticket.title)}</p>
        <p className="minor">
          {ticket.number} · {ticket.grid?.grid ?? '–'} · {named(organisation?.communities, ticket.grid?.community)} ·{' '}
          {named(organisation?.stations, ticket.grid?.station)}
        </p>
        <p className="minor">
          {t('department')} {named(organisation?.departments, ticket.department ?? undefined)}
        </p>
        {mayAct && <TicketSteps ticket={ticket} />}
      </div>
    </li>
  )
}

function Deadline({ ticket }: { readonly ticket: Ticket }) {
  const { t } = useLanguage()
  const now = useNow(10_000)
  if (ticket.overdue) return <span className="late">{t('overdue')}</span>
  const next = ticket.deadlines.filter(({ met }) => met === null).sort((a, b) => a.at.localeCompare(b.at))[0]
  if (!next) return null
  const minutes = Math.round((Date.parse(next.at) - now) / 60_000)
  return (
    <time dateTime={next.at}>
      {t('deadline')} {minutes >= 120 ? `${Math.floor(minutes / 60)} h` : `${minutes} min`}
    </time>
  )
}
