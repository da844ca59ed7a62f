// A schematic map of our own GeoJSON: grids coloured by station, cameras, and open alerts where they are. No tiles, no outside service.
import { useMemo } from 'react'
import type { Alert, CameraView, OrganisationView } from '../api/types.ts'
import { useLanguage } from '../language/language.tsx'

/** metres per degree at 31.33° N (domain notes §1.12) */
const metresPerDegree = { longitude: 95_174, latitude: 110_875 }
const stationColours = ['#1d4ed8', '#0f766e', '#7c3aed', '#b45309', '#be185d', '#4d7c0f']

type Point = readonly [number, number]

export function GridMap(props: {
  readonly organisation: OrganisationView
  readonly alerts: readonly Alert[]
  readonly cameras: readonly CameraView[]
}) {
  const { organisation, alerts, cameras } = props
  const { t, pick } = useLanguage()
  const { project, box } = useMemo(() => projection(organisation), [organisation])
  const stationOf = new Map(
    organisation.stations.flatMap(({ communities }, index) => communities.map((id) => [id, index])),
  )
  const labels = useMemo(() => stationLabels(organisation, project), [organisation, project])
  const located = alerts.flatMap((alert) => (alert.location ? [{ alert, at: project(alert.location) }] : []))
  return (
    <figure className="map">
      <svg viewBox={box} role="img" aria-label={`${t('map')}: ${alerts.length} ${t('alerts')}`}>
        {organisation.grids.map(({ properties: { id, community }, geometry }) => (
          <polygon
            key={id}
            points={(geometry.coordinates[0] ?? []).map((point) => project(point).join(',')).join(' ')}
            fill={stationColours[(stationOf.get(community) ?? 0) % stationColours.length]}
          >
            <title>{`${id} ${community}`}</title>
          </polygon>
        ))}
        {labels.map(({ id, name, at: [x, y] }) => (
          <text key={id} className="station" x={x} y={y}>
            {pick(name)}
          </text>
        ))}
        {cameras.map(({ id, name, location }) => {
          if (!location) return null
          const [x, y] = project(location)
          return (
            <circle key={id} className="camera" cx={x} cy={y} r={55}>
              <title>{name}</title>
            </circle>
          )
        })}
        {located.map(({ alert, at: [x, y] }) => (
          <circle key={alert.id} className={`alert ${alert.severity}`} cx={x} cy={y} r={80}>
            <title>{pick(alert.summary)}</title>
          </circle>
        ))}
      </svg>
      <figcaption>{t('map')}</figcaption>
    </figure>
  )
}

/** Where the name of each station stands: at that of its grids nearest to their middle, since the grids of a station may lie apart. */
function stationLabels({ stations, grids }: OrganisationView, project: (point: Point) => Point) {
  return stations.flatMap(({ id, name, communities }) => {
    const centres = grids
      .filter(({ properties }) => communities.includes(properties.community))
      .map(({ geometry }) => middleOf((geometry.coordinates[0] ?? []).map(project)))
    const [x, y] = middleOf(centres)
    const [nearest] = centres.sort((a, b) => Math.hypot(a[0] - x, a[1] - y) - Math.hypot(b[0] - x, b[1] - y))
    return nearest ? [{ id, name, at: nearest }] : []
  })
}

const middleOf = (points: readonly Point[]): Point => {
  const mean = (axis: 0 | 1) => points.reduce((sum, point) => sum + point[axis], 0) / points.length
  return [mean(0), mean(1)]
}

/** A local plane in metres, north up. */
function projection(organisation: OrganisationView): { project: (point: Point) => Point; box: string } {
  const points = organisation.grids.flatMap(({ geometry }) => geometry.coordinates[0] ?? [])
  const west = Math.min(...points.map(([lon]) => lon))
  const east = Math.max(...points.map(([lon]) => lon))
  const south = Math.min(...points.map(([, lat]) => lat))
  const north = Math.max(...points.map(([, lat]) => lat))
  const project = ([lon, lat]: Point): Point => [
    Math.round((lon - west) * metresPerDegree.longitude),
    Math.round((north - lat) * metresPerDegree.latitude),
  ]
  const [width, height] = project([east, south])
  return { project, box: `-20 -20 ${width + 40} ${height + 40}` }
}
