// A budget that fills with time: what a camera may cost a second, with a share saved up for bursts. Pure but for what it remembers.

export interface Budget {
  /** Spends, also on credit. Returns for how many milliseconds nothing more may be spent; 0: go on. */
  spend(amount: number, now: number): number
  /** Milliseconds until what was spent on credit is paid back. */
  debt(now: number): number
}

/** `perSecond` units a second; at most `burstSeconds` of them are saved up. Times in milliseconds of a clock that never goes back. */
export function createBudget(perSecond: number, burstSeconds: number): Budget {
  const most = perSecond * burstSeconds
  let left = most
  let last: number | undefined
  const debt = (now: number) => {
    left = Math.min(most, left + (perSecond * Math.max(0, now - (last ?? now))) / 1000)
    last = Math.max(last ?? now, now)
    return left >= 0 ? 0 : (-left * 1000) / perSecond
  }
  return {
    debt,
    spend(amount, now) {
      debt(now)
      left -= amount
      return debt(now)
    },
  }
}
