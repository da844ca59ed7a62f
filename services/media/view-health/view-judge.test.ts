// Views judged on generated streets: what is a fault, what is only traffic, night or weather, and that flapping is one change.
import { Value } from 'typebox/value'
import { describe, expect, it } from 'vitest'
import { MediaConfig } from '../../contracts/config/media.ts'
import type { GreyPicture } from './picture-measures.ts'
import { freshView, judgeView, type ViewFault } from './view-judge.ts'

const { view: config } = Value.Default(MediaConfig, {}) as MediaConfig
const [width, height] = [96, 54]

/** A street of rectangles that a seed decides, looked at from (dx, dy). */
function street(seed: number, dx = 0, dy = 0): (x: number, y: number) => number {
  let state = seed
  const next = (below: number) => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fffffff
    return (state >> 8) % below
  }
  const shapes = Array.from({ length: 120 }, () => [
    next(160) - 32,
    next(110) - 28,
    4 + next(14),
    4 + next(14),
    30 + next(200),
  ])
  const [wide, high] = [240, 180]
  const raster = new Uint8Array(wide * high).fill(110)
  for (const [left = 0, top = 0, across = 0, down = 0, grey = 0] of shapes)
    for (let y = Math.max(0, top + 40); y < Math.min(high, top + 40 + down); y++)
      raster.fill(grey, y * wide + left + 40, y * wide + left + 40 + across)
  return (x, y) => raster[(y + dy + 40) * wide + x + dx + 40] ?? 110
}

function paint(scene: (x: number, y: number) => number, noise = 0): GreyPicture {
  const grey = new Uint8Array(width * height)
  for (let index = 0; index < grey.length; index++) {
    const value = scene(index % width, Math.floor(index / width)) + noise * Math.sin(index * 12.9898 + noise * 7)
    grey[index] = Math.max(0, Math.min(255, Math.round(value)))
  }
  return { width, height, grey }
}

/** The faults said after each picture, one every two seconds, changes only. */
function judge(pictures: Iterable<GreyPicture>): string[] {
  let state = freshView
  let at = 0
  const said: string[] = []
  for (const picture of pictures) {
    state = judgeView(state, picture, at, config)
    at += 2000
    const words = [...state.faults].join(' ')
    if (words !== (said.at(-1) ?? '')) said.push(words)
  }
  return said
}

const usual = street(7)
function* times(count: number, scene: (x: number, y: number) => number, step?: (n: number) => typeof scene) {
  for (let n = 0; n < count; n++) yield paint(step?.(n) ?? scene, 2 + (n % 5))
}
const black = () => 3
const blurred = (x: number, y: number) => {
  let sum = 0
  for (let dy = -2; dy <= 2; dy++) for (let dx = -2; dx <= 2; dx++) sum += usual(x + dx, y + dy)
  return sum / 25
}
const lorry = (n: number) => (x: number, y: number) =>
  x > n * 3 - 50 && x < n * 3 && y > 10 ? 200 + ((x * y) % 20) : usual(x, y)
const night = (n: number) => (x: number, y: number) => usual(x, y) * Math.max(0.2, 1 - n / 60)
const headlights = (n: number) => (x: number, y: number) => {
  const lamp = Math.hypot(x - ((n * 17) % 96), y - 40) < 12 ? 140 : 0
  return Math.min(255, usual(x, y) * 0.3 + lamp)
}
const shaken = (n: number) => (x: number, y: number) => usual(x + (n % 3) - 1, y + ((n >> 1) % 3) - 1)

describe('a view', () => {
  it.each<[ViewFault, (x: number, y: number) => number]>([
    ['black', black],
    ['blurred', blurred],
    ['moved', street(7, 23, 9)],
    ['moved', street(99)],
  ])('that is %s is said so after a while, once, and taken back when it is good again', (fault, scene) => {
    expect(judge([...times(30, usual), ...times(30, scene), ...times(30, usual)])).toEqual([fault, ''])
  })

  it('that is frozen is said so when not one pixel changes for two minutes', () => {
    const still = Array<GreyPicture>(70).fill(paint(usual))
    expect(judge([...times(5, usual), ...still, ...times(20, usual)])).toEqual(['frozen', ''])
    expect(judge([...times(5, usual), ...still.slice(0, 50), ...times(20, usual)])).toEqual([])
  })

  it.each<[string, (n: number) => (x: number, y: number) => number]>([
    ['traffic that covers half of it', lorry],
    ['nightfall', night],
    ['headlights at night', (n) => (n < 40 ? night(n) : headlights(n))],
    ['wind that shakes the mount', shaken],
  ])('is good in %s', (_, step) => {
    expect(judge([...times(30, usual), ...times(90, usual, step)])).toEqual([])
  })

  it('that flaps faster than it is said is no news', () => {
    const flapping = Array.from({ length: 12 }, () => [...times(5, street(99)), ...times(3, usual)]).flat()
    expect(judge([...times(30, usual), ...flapping])).toEqual([])
  })

  it('of another size is another view', () => {
    const small = { width: 48, height: 27, grey: new Uint8Array(48 * 27).fill(90) }
    expect(judge([...times(30, usual), ...Array<GreyPicture>(20).fill(small)])).toEqual([])
  })
})
