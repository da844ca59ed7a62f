// Side-cars of every style: DJI's own as recorded (../shared), those described in domain.md §1.10, and what is none.
import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { fromLocalTime } from './local-time.ts'
import { readCue } from './srt-cue.ts'
import { type Area, readSrt } from './srt-file.ts'

const suzhou: Area = [119.5, 30.5, 122, 32.5]
const buenosAires: Area = [-60, -36, -57, -33]
const shared = path.resolve(import.meta.dirname, '../../../../shared/data/drone')
const here = existsSync(shared)
const sample = (name: string, area = suzhou) => readSrt(readFileSync(path.join(shared, name), 'utf8'), area)

describe.runIf(here)(`recorded side-cars${here ? '' : ' (not tried: ../shared is not here)'}`, () => {
  it.each([
    ['parser_mavic_pro.SRT', suzhou, 468, 'lon,lat', [149.0251, -20.2533], '2017-08-05T14:11:51.000'],
    ['parser_p4_rtk.SRT', buenosAires, 55, 'lon,lat', [-58.851745, -34.237922], undefined],
    ['parser_p4_rtk.SRT', suzhou, 55, 'lon,lat', [-58.851745, -34.237922], undefined],
    ['parser_matrice_300.srt', suzhou, 381, 'lat,lon', [-6.112, 36.6146], '2022-06-21T16:06:17.000'],
    ['parser_matrice_300.srt', [-7, 36, -6, 37], 381, 'lat,lon', [-6.112, 36.6146], '2022-06-21T16:06:17.000'],
    ['parser_air2s.srt', suzhou, 17, 'named', [2.234156, 41.424724], '2022-08-07T13:40:40.774'],
    ['parser_mavic_air2.srt', suzhou, 25, 'named', [2.162162, 41.420684], '2022-05-01T15:01:58.531'],
    ['embedder_mini4pro_clip.SRT', suzhou, 2, 'named', [18, 59], undefined],
    // lat,lon by its text: the other order has a latitude of 116
    ['embedder_avata2_clip.SRT', suzhou, 2, 'lat,lon', [116.391305, 39.906217], undefined],
    ['parser_broken_empty.SRT', suzhou, 0, 'none', undefined, undefined],
  ] as const)('%s', (name, area, count, coordinates, position, localTime) => {
    const file = sample(name, area)
    expect([file.cues.length, file.coordinates]).toEqual([count, coordinates])
    const [first] = file.cues
    expect(first && file.positionOf(first)).toEqual(position)
    expect(first?.localTime).toBe(localTime)
  })

  it('tell altitudes, gimbal and lens', () => {
    expect(sample('parser_p4_rtk.SRT').cues[1]).toMatchObject({
      from: 1000,
      to: 2000,
      relativeAltitude: 85.83,
      absoluteAltitude: 15,
      gimbal: { pitch: -24.4, roll: 0, yaw: 110.5 },
      aperture: 5.6,
      iso: 100,
    })
    expect(sample('parser_air2s.srt').cues[0]).toMatchObject({
      absoluteAltitude: 117,
      aperture: 2.8,
      focalLength: 24,
    })
    expect(sample('parser_mavic_pro.SRT').cues[2]).toMatchObject({ relativeAltitude: 2, aperture: 2.2, iso: 100 })
  })
})

describe('a cue', () => {
  it.each([
    ['shares a bracket', '[latitude: 59.3] [longitude: 18.2] [rel_alt: 1.300 abs_alt: 132.860]', [18.2, 59.3], 1.3],
    [
      'spells longitude wrongly',
      '[latitude : 35.1] [longtitude : 74.398751] [altitude: 2]',
      [74.398751, 35.1],
      undefined,
    ],
    ['has spaces before its colons', '[latitude : 31.3] [longitude : 120.6] [rel_alt : 20.5]', [120.6, 31.3], 20.5],
    ['has no fix', '[latitude: 0.000000] [longitude: 0.000000] [rel_alt: 1.0 abs_alt: 2.0]', undefined, 1],
    ['is out of range', '[latitude: 91] [longitude: 18] [rel_alt: 1.0]', undefined, 1],
    [
      'is a Mavic 3 with a dot in its time',
      'FrameCnt: 1, DiffTime: 33ms\n2023-01-02 03:04:05.373\n[fnum: 3.2] [latitude: 31.3] [longitude: 120.6]',
      [120.6, 31.3],
      undefined,
    ],
    ['is a Mavic Air without GPS', '[iso: 100] [rel_alt: n/a]', undefined, undefined],
  ] as const)('that %s', (_name, text, position, relativeAltitude) => {
    const cue = readCue(text)
    expect(cue?.position).toEqual(position)
    expect(cue?.relativeAltitude).toBe(relativeAltitude)
  })

  it('takes hundredths and literals of a lens, n/a, and the Mavic Mini', () => {
    expect(readCue('[fnum: 3.2] [focal_len: 24.00] [iso : 100]')).toMatchObject({ aperture: 3.2, focalLength: 24 })
    expect(readCue('[fnum : 170] [focal_len : 240] [iso : 100]')).toMatchObject({ aperture: 1.7, focalLength: 24 })
    const mini =
      'F/2.8, SS 30.15, ISO 260, EV -1.7, GPS (-121.7458, 48.0771, 17), D 221.21m, H 200.70m, H.S n/a, V.S n/a'
    expect(readCue(mini)).toMatchObject({
      tuple: [-121.7458, 48.0771],
      relativeAltitude: 200.7,
      iso: 260,
      aperture: 2.8,
    })
    expect(readCue('[gb_yaw: 12.5] [gb_pitch: -90.0] [gb_roll: 0.0]')?.gimbal).toEqual({
      pitch: -90,
      roll: 0,
      yaw: 12.5,
    })
    expect(readCue('Hello!')).toBeUndefined()
    expect(readCue('2020-02-31 10:00:00')).toBeUndefined()
  })
})

describe('a side-car', () => {
  const file = (lines: readonly string[], area = suzhou) =>
    readSrt(
      lines.map((line, index) => `${index + 1}\n00:00:0${index},000 --> 00:00:0${index + 1},000\n${line}\n`).join('\n'),
      area,
    )

  it('with both orders possible is read as where the drones fly', () => {
    const area: Area = [10, 50, 12, 52]
    expect(file(['GPS(51.1,11.2,3)'], area).coordinates).toBe('lat,lon')
    expect(file(['GPS(11.2,51.1,3)'], area).coordinates).toBe('lon,lat')
    expect(file(['GPS(11.2,51.1,3.0M)'], area).coordinates).toBe('lon,lat')
  })

  it('in our own city is never mistaken: 120 is no latitude', () => {
    for (const text of ['GPS(120.58,31.33,3)', 'GPS(31.33,120.58,3.0M)']) {
      const read = file(['GPS(0,0,0)', text])
      expect(read.cues.map(read.positionOf)).toEqual([undefined, [120.58, 31.33]])
    }
  })

  it('may have a byte order mark, CRLF, no cue times, and rubbish between', () => {
    const named = '[latitude: 31.3] [longitude: 120.6]'
    expect(readSrt(`\uFEFF1\r\n00:00:00,000 --> 00:00:00,033\r\n${named}\r\n\r\n`, suzhou).cues).toHaveLength(1)
    expect(
      readSrt(`2017.08.05 14:11:51,393,525\n${named}\n\n2017.08.05 14:11:52,393,525\n${named}\n`, suzhou).cues,
    ).toHaveLength(2)
    expect(file([named, '\u0000\uFFFD', named]).cues).toHaveLength(2)
  })

  it('gives only places on earth, whatever is in it', () => {
    const coordinate = fc.double({ min: -200, max: 200, noNaN: true }).map((value) => value.toFixed(4))
    const line = fc.oneof(
      fc.tuple(coordinate, coordinate).map(([a, b]) => `GPS(${a},${b},1.0)`),
      fc.tuple(coordinate, coordinate).map(([a, b]) => `[latitude: ${a}] [longitude: ${b}]`),
      fc.string({ maxLength: 80 }),
    )
    fc.assert(
      fc.property(fc.array(line, { maxLength: 9 }), (lines) => {
        const read = file(lines)
        for (const cue of read.cues) {
          const [longitude, latitude] = read.positionOf(cue) ?? [0, 0]
          expect(Math.abs(longitude) <= 180 && Math.abs(latitude) <= 90).toBe(true)
        }
      }),
    )
  })

  it('reads again what it was written from', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 119.6, max: 121.9, noNaN: true }),
        fc.double({ min: 30.6, max: 32.4, noNaN: true }),
        fc.constantFrom('lon,lat', 'lat,lon'),
        (longitude, latitude, order) => {
          const [x, y] = [longitude.toFixed(6), latitude.toFixed(6)]
          const read = file([`GPS(${order === 'lon,lat' ? `${x},${y}` : `${y},${x}`},10.0M) BAROMETER:0.3M`])
          expect(read.coordinates).toBe(order)
          expect(read.cues.map(read.positionOf)).toEqual([[Number(x), Number(y)]])
        },
      ),
    )
  })

  it('of nonsense takes little time', () => {
    fc.assert(fc.property(fc.string({ maxLength: 2000 }), (text) => void readSrt(text, suzhou)))
    const started = performance.now()
    readSrt(
      `1\n00:00:00,000 --> 00:00:01,000\nGPS(${'1'.repeat(200_000)}${' '.repeat(200_000)}[latitude${' '.repeat(200_000)}`,
      suzhou,
    )
    expect(performance.now() - started).toBeLessThan(2000)
  })
})

describe('local times', () => {
  it.each([
    ['2022-06-21T16:06:17.000', 'Asia/Shanghai', '2022-06-21T08:06:17.000Z'],
    ['2022-08-07T13:40:40.774', 'Europe/Berlin', '2022-08-07T11:40:40.774Z'],
    ['2022-03-27T03:30:00.000', 'Europe/Berlin', '2022-03-27T01:30:00.000Z'],
    ['2022-12-31T23:59:59.999', 'UTC', '2022-12-31T23:59:59.999Z'],
  ])('%s in %s', (local, zone, utc) => {
    expect(new Date(fromLocalTime(local, zone)).toISOString()).toBe(utc)
  })
})
