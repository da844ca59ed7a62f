// Config: from findings to alerts: severity ladders, quiet times, grouping, inhibition, storm limits, devices that fall silent.
import { type Static, type TSchema, Type } from 'typebox'
import { AlertKind, Severity } from '../alert-kinds.ts'

const closed = { additionalProperties: false } as const
const section = { additionalProperties: false, default: {} } as const
const Seconds = (value: number, description: string, minimum = 0) =>
  Type.Number({ default: value, minimum, description })

const Rung = Type.Object(
  { afterSeconds: Type.Number({ minimum: 0, maximum: 31_536_000 }), severity: Severity },
  { additionalProperties: false },
)
export type Rung = Static<typeof Rung>

type SeverityName = Static<typeof Severity>
type RungDefault = readonly [afterSeconds: number, severity: SeverityName]
const rungs = (list: readonly RungDefault[]) => list.map(([afterSeconds, severity]) => ({ afterSeconds, severity }))

/** How alerts of one kind behave. Every figure is a local policy, not a standard's. */
const KindSettings = (severity: SeverityName, ladder: readonly RungDefault[] = [], silentAfterSeconds?: number) =>
  Type.Object(
    {
      severity: Type.Enum(['info', 'low', 'medium', 'high', 'critical'], {
        default: severity,
        description: 'where the finding gives none',
      }),
      ladder: Type.Array(Rung, {
        default: rungs(ladder),
        maxItems: 8,
        description:
          'while the condition holds: at least this severity from this duration on (the last rung reached counts)',
      }),
      whenQuiet: Type.Array(Rung, {
        default: [],
        maxItems: 8,
        description:
          'after the condition ended and before the alert clears: at most this severity from this duration on',
      }),
      clearAfterQuietSeconds: Type.Optional(
        Type.Number({ minimum: 1, description: 'default: alerts.clearAfterQuietSeconds' }),
      ),
      silentAfterSeconds: Type.Optional(
        Type.Number({
          ...(silentAfterSeconds === undefined ? {} : { default: silentAfterSeconds }),
          minimum: 60,
          description: 'default: alerts.silentAfterSeconds',
        }),
      ),
    },
    section,
  )
export type KindSettings = Static<ReturnType<typeof KindSettings>>

const KindsConfig = Type.Object(
  {
    illegal_parking: KindSettings('medium', [[1800, 'high']]),
    // seen now and then only
    zombie_vehicle: KindSettings('medium', [], 10 * 86_400),
    smoke: KindSettings('high', [[120, 'critical']]),
    // critical at once where vision sees a cause for it (vision.burning)
    fire: KindSettings('critical', [[30, 'critical']]),
    odour: KindSettings('medium', [[3600, 'high']]),
    kitchen_hygiene: KindSettings('medium', [[1800, 'high']]),
    river_debris: KindSettings('medium', [[28_800, 'high']]),
    water_quality: KindSettings('medium', [[14_400, 'high']]),
    water_level: KindSettings('high', [[3600, 'critical']]),
    crowd_density: KindSettings('medium', [[600, 'high']]),
    noise: KindSettings('low', [[900, 'medium']]),
    gas: KindSettings('high', [[60, 'critical']]),
    device_offline: KindSettings('low', [[1800, 'medium']]),
    view_changed: KindSettings('low', [[1800, 'medium']]),
    traffic_jam: KindSettings('low', [
      [600, 'medium'],
      [1800, 'high'],
    ]),
  } satisfies Record<Static<typeof AlertKind>, TSchema>,
  section,
)

const GroupsConfig = Type.Object(
  {
    by: Type.Array(Type.Enum(['kind', 'source', 'zone']), {
      default: ['kind', 'source'],
      uniqueItems: true,
      description: 'alerts that agree in these are told together; none: all together',
    }),
    waitSeconds: Seconds(30, 'a new group waits this long for more before it is told'),
    intervalSeconds: Seconds(300, 'news of a group already told wait at least this long', 1),
    repeatSeconds: Type.Array(Type.Number({ minimum: 1 }), {
      default: [14_400, 86_400, 604_800],
      minItems: 1,
      maxItems: 16,
      description:
        'what nobody has acknowledged is told again after these times (4 h, 1 d, 1 w), the last one for ever',
    }),
    immediateFrom: Type.Enum(['info', 'low', 'medium', 'high', 'critical'], {
      default: 'critical',
      description: 'news from this severity up are told at once',
    }),
  },
  section,
)

const Inhibition = Type.Object({ by: AlertKind, mutes: Type.Array(AlertKind, { minItems: 1 }) }, closed)

export const AlertsConfig = Type.Object(
  {
    clearAfterQuietSeconds: Type.Number({
      default: 60,
      minimum: 1,
      description: 'an ended finding clears its alert after this quiet time',
    }),
    reopenWithinSeconds: Seconds(600, 'the condition back this soon after clearing opens the same alert again'),
    flapping: Type.Object(
      {
        windowSeconds: Seconds(3600, 'every re-opening within this time doubles the quiet time'),
        maximumQuietSeconds: Seconds(1800, 'up to this', 1),
        deviceHoldSeconds: Seconds(30, 'a device that was back for less than this was not back: its losses are one'),
      },
      section,
    ),
    severityFallsAfterSeconds: Seconds(60, 'severity falls only when the reason for it has been gone this long'),
    silentAfterSeconds: Type.Number({
      default: 86_400,
      minimum: 60,
      description: 'a finding without news for this long is taken as ended',
    }),
    dismissedForSeconds: Seconds(600, 'after a dismissal the same key is not raised again this long, by any finding'),
    repeatedEverySeconds: Seconds(
      10,
      'further triggers of an alert are published at most this often, with their count',
    ),
    maximumEvidence: Type.Integer({ default: 16, minimum: 2, maximum: 64, description: 'pictures kept in one alert' }),
    kinds: KindsConfig,
    groups: GroupsConfig,
    inhibitions: Type.Array(Inhibition, {
      default: [
        { by: 'fire', mutes: ['smoke'] },
        {
          by: 'view_changed',
          mutes: [
            'illegal_parking',
            'zombie_vehicle',
            'kitchen_hygiene',
            'river_debris',
            'crowd_density',
            'traffic_jam',
          ],
        },
      ],
      maxItems: 32,
      description:
        'an alert of kind `by` mutes those of `mutes` of the same camera or device; a lost camera mutes all of its own',
    }),
    offlineAfterSeconds: Type.Object(
      {
        cctv: Seconds(60, '0: never'),
        kitchen: Seconds(120, '0: never'),
        drone: Seconds(0, 'a drone that has landed is no fault'),
        dock: Seconds(300, '0: never'),
        river: Seconds(600, '0: never'),
        crowd: Seconds(300, '0: never'),
        odour: Seconds(300, '0: never'),
        noise: Seconds(300, '0: never'),
        gas: Seconds(120, '0: never'),
        weather: Seconds(600, '0: never'),
      },
      { ...section, description: 'a device or camera lost this long raises device_offline' },
    ),
    silences: Type.Object(
      {
        maximumDays: Type.Number({ default: 90, minimum: 0.01 }),
        maximumActive: Type.Integer({ default: 500, minimum: 1 }),
      },
      section,
    ),
    falseMarks: Type.Object(
      {
        days: Type.Number({ default: 30, minimum: 0.01, maximum: 3650, description: 'a mark holds so long' }),
        overlap: Type.Number({
          default: 0.5,
          minimum: 0.05,
          maximum: 1,
          description: 'a finding whose box overlaps the mark’s so much (intersection over union) is at the same spot',
        }),
        maximumActive: Type.Integer({ default: 1000, minimum: 1 }),
        tellCountSeconds: Seconds(600, 'what a mark held back is counted at once and told at most this often', 1),
      },
      {
        ...section,
        description: 'an alert dismissed with `falseAlarm`: the same kind at the same spot opens no alert for a while',
      },
    ),
    storm: Type.Object(
      {
        openPerKind: Type.Integer({ default: 2000, minimum: 1, description: 'open alerts of one kind' }),
        opensPerMinute: Type.Integer({
          default: 1000,
          minimum: 1,
          description: 'alerts of one kind opened in a minute',
        }),
      },
      { ...section, description: 'what is beyond is not opened, counted, and said in a notice' },
    ),
    forgetAfterDays: Type.Number({
      default: 30,
      minimum: 1,
      description: 'closed alerts leave this room (the event log and the API keep theirs)',
    }),
  },
  section,
)
export type AlertsConfig = Static<typeof AlertsConfig>
