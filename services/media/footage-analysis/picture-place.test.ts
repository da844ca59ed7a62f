// The place of a photo, from blocks written by sharp, a drone's own photo (../shared), and damaged ones.
import { existsSync } from 'node:fs'
import path from 'node:path'
import fc from 'fast-check'
import sharp from 'sharp'
import { describe, expect, it } from 'vitest'
import { placeOf } from './picture-place.ts'

const photo = path.resolve(import.meta.dirname, '../../../../shared/data/drone/DJI_0010.JPG')
const gps = (latitude: string, longitude: string, [north, east]: readonly string[] = ['N', 'E']) => ({
  IFD3: {
    GPSLatitudeRef: north ?? 'N',
    GPSLatitude: latitude,
    GPSLongitudeRef: east ?? 'E',
    GPSLongitude: longitude,
  },
})

async function exifOf(exif: Parameters<ReturnType<typeof sharp>['withExif']>[0]): Promise<Buffer | undefined> {
  const jpeg = await sharp({ create: { width: 8, height: 8, channels: 3, background: 'red' } })
    .withExif(exif)
    .jpeg()
    .toBuffer()
  return (await sharp(jpeg).metadata()).exif
}

describe('the place of a photo', () => {
  it.each([
    ['31/1 19/1 3756/100', '120/1 35/1 1824/100', ['N', 'E'], [120.5884, 31.3271]],
    ['31/1 19/1 3756/100', '120/1 35/1 1824/100', ['S', 'W'], [-120.5884, -31.3271]],
    ['0/1 0/1 0/1', '0/1 0/1 0/1', ['N', 'E'], undefined],
    ['31/0 19/1 0/1', '120/1 0/1 0/1', ['N', 'E'], undefined],
    ['99/1 0/1 0/1', '120/1 0/1 0/1', ['N', 'E'], undefined],
  ])('%s, %s', async (latitude, longitude, hemispheres, place) => {
    const found = placeOf(await exifOf(gps(latitude, longitude, hemispheres)))
    if (place) for (const axis of [0, 1]) expect(found?.[axis]).toBeCloseTo(place[axis] ?? 0, 6)
    else expect(found).toBeUndefined()
  })

  it('is not known where there is none', async () => {
    expect(placeOf(await exifOf({ IFD0: { Make: 'DJI' } }))).toBeUndefined()
    expect(placeOf(undefined)).toBeUndefined()
  })

  it.runIf(existsSync(photo))('is read of a photo as a drone writes it (not tried without ../shared)', async () => {
    const [longitude, latitude] = placeOf((await sharp(photo).metadata()).exif) ?? []
    expect(longitude).toBeCloseTo(27.57651, 4)
    expect(latitude).toBeCloseTo(53.91901, 4)
  })

  it('of a damaged block is a place or none', async () => {
    const whole = (await exifOf(gps('31/1 19/1 3756/100', '120/1 35/1 1824/100'))) ?? Buffer.alloc(0)
    fc.assert(
      fc.property(
        fc.nat(whole.length),
        fc.array(fc.tuple(fc.nat(whole.length - 1), fc.nat(255)), { maxLength: 8 }),
        (length, bytes) => {
          const torn = Buffer.from(whole)
          for (const [at, value] of bytes) torn[at] = value
          const [longitude, latitude] = placeOf(torn.subarray(0, length)) ?? [0, 0]
          expect(Math.abs(longitude) <= 180 && Math.abs(latitude) <= 90).toBe(true)
        },
      ),
    )
  })
})
