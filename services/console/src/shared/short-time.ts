// A day and time of day in few characters, on the clock of the browser.
export const shortTime = (at: string): string =>
  new Date(at).toLocaleString('zh-CN', {
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    hour12: false,
  })
