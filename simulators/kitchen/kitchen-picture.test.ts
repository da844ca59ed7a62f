import sharp from 'sharp'
import { describe, expect, it } from 'vitest'
import { createKitchenPicture, placeAt } from './kitchen-picture.ts'
import { shantangKitchen } from './shantang-kitchen.ts'

describe('the kitchen', () => {
  it('is a JPEG of 640 by 360 that changes as the cooks move, and is the same at the same time', async () => {
    const picture = createKitchenPicture(shantangKitchen, 5)
    const [first, later] = [await picture.at(3), await picture.at(40)]
    expect(await sharp(first).metadata()).toMatchObject({ format: 'jpeg', width: 640, height: 360 })
    expect(later.equals(first)).toBe(false)
    expect((await picture.at(3)).equals(first)).toBe(true)
  })

  it('shows a cook without the hat when the script says so', async () => {
    const cook = { stations: [[0, 3.5]] as const, stay: 1000, bareheaded: [[100, 200]] as const }
    const raw = async (seconds: number) =>
      sharp(await createKitchenPicture([cook], 5).at(seconds))
        .raw()
        .toBuffer()
    // the same pose half a turn of the swaying later
    const [hat, bare] = [await raw(50), await raw(150)]
    let brighter = 0
    for (let i = 0; i < hat.length; i += 3) if ((hat[i] as number) - (bare[i] as number) > 60) brighter++
    expect(brighter).toBeGreaterThan(30)
  })

  it('has cooks walk from station to station', () => {
    const cook = {
      stations: [
        [0, 3],
        [2, 3],
      ] as const,
      stay: 10,
      bareheaded: [],
    }
    expect(placeAt(cook, 5)).toMatchObject({ x: 0, y: 3 })
    expect(placeAt(cook, 11.5)).toMatchObject({ x: 1, y: 3, heading: 0 })
    expect(placeAt(cook, 15)).toMatchObject({ x: 2, y: 3 })
  })
})
