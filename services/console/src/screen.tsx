// The one screen: alerts, tickets, cameras and the map, all live.
import { useEffect, useState } from 'react'
import { AlertList } from './alerts/alert-list.tsx'
import { request } from './api/client.ts'
import type { OrganisationView, Person } from './api/types.ts'
import { useLive } from './api/use-live.ts'
import { CameraWall } from './cameras/camera-wall.tsx'
import { useLanguage } from './language/language.tsx'
import { GridMap } from './map/grid-map.tsx'
import { usePlaybackAddress } from './playback/address.ts'
import { PlaybackPage } from './playback/playback-page.tsx'
import { StatusBar } from './shared/status-bar.tsx'
import { SilencePanel } from './silences/silence-panel.tsx'
import { TicketList } from './tickets/ticket-list.tsx'

export function Screen({ person, onLeave }: { readonly person: Person; readonly onLeave: () => void }) {
  const { t } = useLanguage()
  const live = useLive(onLeave)
  const playback = usePlaybackAddress()
  const [organisation, setOrganisation] = useState<OrganisationView>()
  useEffect(() => {
    request<OrganisationView>('/api/v1/organisation').then(setOrganisation, () => {})
  }, [])
  const mayAct = person.roles.some((role) => role === 'admin' || role === 'operator')

  if (playback) {
    const shown = live.cameras.filter(({ recordings }) => recordings)
    const camera = shown.find(({ id }) => id === playback.camera)
    return (
      <>
        <StatusBar live={live} person={person} organisation={organisation} onLeave={onLeave} />
        {camera ? (
          <PlaybackPage key={camera.id} camera={camera} cameras={shown} startAt={playback.at} />
        ) : (
          <main className="playback">
            <a href="#screen">‹ {t('backToScreen')}</a>
            {live.cameras.length > 0 && <p className="empty">{t('noRecordings')}</p>}
          </main>
        )}
      </>
    )
  }
  return (
    <>
      <StatusBar live={live} person={person} organisation={organisation} onLeave={onLeave} />
      <main className="screen">
        <section aria-label={t('alerts')}>
          <AlertList alerts={live.alerts} cameras={live.cameras} tickets={live.tickets} mayAct={mayAct} />
          <SilencePanel cameras={live.cameras} mayAct={mayAct} />
        </section>
        <section aria-label={t('cameras')}>
          <CameraWall cameras={live.cameras} mayAct={mayAct} />
          {organisation && <GridMap organisation={organisation} alerts={live.alerts} cameras={live.cameras} />}
        </section>
        <section aria-label={t('tickets')}>
          <TicketList tickets={live.tickets} organisation={organisation} mayAct={mayAct} />
        </section>
      </main>
    </>
  )
}
