// Sender reports: written as they are read; made only where the publisher makes none.
import { describe, expect, it } from 'vitest'
import { readSenderReport, writeGoodbye, writeSenderReport } from '../rtsp/rtp.ts'
import { createSenderReports } from './sender-reports.ts'

const start = Date.parse('2020-06-28T06:00:00Z')

function packet(timestamp: number): Buffer {
  const bytes = Buffer.alloc(20)
  bytes.set([0x80, 96])
  bytes.writeUInt32BE(timestamp >>> 0, 4)
  bytes.writeUInt32BE(77, 8)
  return bytes
}

describe('sender reports', () => {
  it('are read as they were written', () => {
    const report = { source: 0xdeadbeef, wallClock: start + 123.25, timestamp: 0xfffffff0 }
    const bytes = writeSenderReport(report, { packets: 7, octets: 2 ** 32 + 9 })
    const read = readSenderReport(bytes)
    expect(read).toMatchObject({ source: report.source, timestamp: report.timestamp })
    expect(read?.wallClock).toBeCloseTo(report.wallClock, 1)
    expect([bytes.readUInt32BE(20), bytes.readUInt32BE(24), bytes.length % 4]).toEqual([7, 9, 0])
    expect(writeGoodbye(0xdeadbeef).readUInt32BE(12)).toBe(0xdeadbeef)
  })

  it('are made every 5 s for a publisher that has sent none for 10 s, with its clock free of jitter', () => {
    const reports = createSenderReports(90_000)
    const made: [number, number][] = []
    for (let at = 0; at <= 30_000; at += 1000) {
      const jitter = at % 2000 === 0 ? 0 : 300
      const bytes = reports.sent(packet(at * 90), start + at + jitter)
      const report = bytes && readSenderReport(bytes)
      if (report) made.push([at, report.wallClock - start - at])
    }
    expect(made[0]?.[0]).toBe(10_000)
    const gaps = made.slice(1).map(([at], index) => at - (made[index]?.[0] ?? 0))
    expect(gaps.length).toBeGreaterThan(2)
    for (const gap of gaps) expect(gap === 5000 || gap === 6000).toBe(true)
    for (const [, late] of made) expect(Math.abs(late)).toBeLessThan(10)
  })

  it('are left to a publisher that sends its own', () => {
    const reports = createSenderReports(90_000)
    const own = writeSenderReport({ source: 77, wallClock: start, timestamp: 0 }, { packets: 1, octets: 1 })
    for (let at = 0; at <= 30_000; at += 1000) {
      if (at % 5000 === 0) reports.heard(own)
      expect(reports.sent(packet(at * 90), start + at)).toBeUndefined()
    }
  })
})
