// Texts of the playback page.

export const playbackTexts = {
  recordings: ['录像回放', 'Recordings'],
  playMoment: ['回放当时', 'Play the moment'],
  playbackOf: ['录像', 'Recordings'],
  backToScreen: ['返回', 'Back'],
  day: ['日期', 'Day'],
  dayBefore: ['前一天', 'Day before'],
  dayAfter: ['后一天', 'Day after'],
  wholeDay: ['全天', 'Whole day'],
  aroundNow: ['前后半小时', 'Half an hour around'],
  notRecorded: ['无录像', 'not recorded'],
  playing: ['播放', 'Play'],
  paused: ['暂停', 'Pause'],
  stateLoading: ['正在载入…', 'Loading…'],
  stateNothing: ['该时间之后没有录像', 'Nothing is recorded from then on'],
  stateUnplayable: ['浏览器不能播放此编码，请导出 MP4', 'This browser does not play this codec; export it as MP4'],
  stateEnded: ['已到录像末尾', 'End of the recording'],
  stateFailed: ['录像无法读取', 'The recording cannot be read'],
  boxes: ['显示目标框', 'Show boxes'],
  seen: ['画面中的目标', 'Seen in this picture'],
  nothingSeen: ['没有目标', 'Nothing'],
  alertsOfDay: ['当天告警', 'Alerts of the day'],
  exporting: ['导出 MP4', 'Export as MP4'],
  exportFrom: ['起点', 'From'],
  exportTo: ['终点', 'To'],
  exportHere: ['取当前时间', 'Take this moment'],
  exportNeeds: ['请选定起点和终点，最长一小时', 'Choose from and to, at most an hour apart'],
  noRecordings: [
    '您无权查看该点位录像，或该点位不录像',
    'This camera is not recorded, or its recordings are not for you',
  ],
  playbackKeys: [
    '快捷键：空格 播放/暂停，←/→ 5 秒，Shift+←/→ 1 分钟，n/p 告警，i/o 起点/终点',
    'Keys: space play/pause, ←/→ 5 s, Shift+←/→ a minute, n/p alerts, i/o from/to',
  ],
} as const satisfies Record<string, readonly [zh: string, en: string]>

export const classNames = {
  plain: ['连续录像', 'continuous'],
  motion: ['有移动', 'motion'],
  alert: ['有告警', 'alert'],
} as const
