// When groups are told: wait, interval, decaying repeat.
import { describe, expect, it } from 'vitest'
import type { Severity } from '../../contracts/alert-kinds.ts'
import { alertsConfig } from '../life-cycle/story.ts'
import { decideGroup, type GroupMembers, type GroupRecord, groupHasEnd, groupHasNews } from './decide-group.ts'

const config = alertsConfig()
const hour = 3600
const open = (count: number, unacknowledged = count, ended = 0): GroupMembers => ({
  open: count,
  unacknowledged,
  ended,
})

/** A group over time, in seconds; looks at it whenever it is due. */
function watch(members: GroupMembers) {
  const told: string[] = []
  let group: GroupRecord | null = null
  const watched = {
    members,
    told,
    get group() {
      return group
    },
    news(second: number, severity: Severity = 'medium') {
      group = groupHasNews(watched.to(second).group, 'g', severity, config, second * 1000)
      return watched.to(second)
    },
    end(second: number) {
      const known = watched.to(second).group
      group = known && groupHasEnd(known, config, second * 1000)
      return watched
    },
    to(second: number) {
      while (group && group.dueAt <= second * 1000) {
        const now = group.dueAt
        const decision = decideGroup(group, watched.members, config, now)
        group = decision.group
        if (decision.reason) told.push(`${now / 1000} ${decision.reason}${group?.repeats ? ` ${group.repeats}` : ''}`)
      }
      return watched
    },
  }
  return watched
}

describe('a group of alerts', () => {
  it('waits 30 s for company, then tells news every 5 min at most', () => {
    const group = watch(open(3)).news(0).news(10).news(29).news(31).news(100).to(1000)
    expect(group.told).toEqual(['30 new', '330 changed'])
  })

  it('is told at once when it is critical, also between two intervals', () => {
    expect(watch(open(2)).news(0, 'critical').news(5, 'critical').told).toEqual(['0 new', '5 changed'])
  })

  it('is repeated after 4 h, then 1 day, then every week', () => {
    const day = 24 * hour
    const told = watch(open(1))
      .news(0)
      .to(30 * day).told
    const from = (seconds: number, text: string) => `${30 + seconds} ${text}`
    expect(told).toEqual([
      from(0, 'new'),
      from(4 * hour, 'repeated 1'),
      from(4 * hour + day, 'repeated 2'),
      from(4 * hour + 8 * day, 'repeated 3'),
      from(4 * hour + 15 * day, 'repeated 4'),
      from(4 * hour + 22 * day, 'repeated 5'),
      from(4 * hour + 29 * day, 'repeated 6'),
    ])
  })

  it('is not repeated once all is acknowledged', () => {
    const group = watch(open(1)).news(0).to(60)
    group.members = open(1, 0)
    expect(group.to(100 * hour).told).toEqual(['30 new'])
  })

  it('begins its repeats anew with news', () => {
    const group = watch(open(1))
      .news(0)
      .to(5 * hour)
      .news(5 * hour)
      .to(10 * hour)
    expect(group.told).toEqual([
      '30 new',
      `${4 * hour + 30} repeated 1`,
      `${5 * hour} changed`,
      `${9 * hour} repeated 1`,
    ])
  })

  it('tells that all is over, and then is forgotten', () => {
    const group = watch(open(1)).news(0).to(60)
    group.members = open(0, 0, 1)
    group.end(400).to(400)
    expect(group.told).toEqual(['30 new', '400 ended'])
    group.members = open(0)
    expect(group.to(2 * hour).group).toBeNull()
  })

  it('does not tell a flapping alert more often than the interval', () => {
    const group = watch(open(1))
    for (let second = 0; second < 1200; second += 20) {
      group.members = open(1)
      group.news(second)
      group.members = open(0, 0, 1)
      group.end(second + 10)
    }
    expect(group.told.length).toBeLessThanOrEqual(5)
  })

  it('of which nothing was told ends without a word', () => {
    const group = watch(open(0)).news(0)
    expect(group.to(hour).told).toEqual([])
    expect(group.group).toBeNull()
  })
})
