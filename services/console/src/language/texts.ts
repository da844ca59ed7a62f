// Every text of the console, in Chinese and English.

import { playbackTexts } from './playback-texts.ts'

export const texts = {
  ...playbackTexts,
  title: ['千里眼', 'qianliyan'],
  subtitle: ['街道联动指挥', 'sub-district command'],
  user: ['用户名', 'User name'],
  password: ['密码', 'Password'],
  logIn: ['登录', 'Log in'],
  logOut: ['退出', 'Log out'],
  loginFailed: ['用户名或密码错误', 'Wrong user name or password'],
  alerts: ['实时告警', 'Live alerts'],
  noAlerts: ['当前没有告警', 'No open alerts'],
  tickets: ['在办案卷', 'Open tickets'],
  noTickets: ['没有在办案卷', 'No open tickets'],
  cameras: ['视频画面', 'Cameras'],
  map: ['网格示意图', 'Grid map (schematic)'],
  acknowledge: ['确认', 'Acknowledge'],
  dismiss: ['误报', 'False alarm'],
  notHereAgain: ['误报：此处同类以后不再报', 'False alarm: not here again'],
  falseMarks: ['误报标记', 'False marks'],
  heldBack: ['已拦截', 'held back'],
  revoke: ['撤销', 'Revoke'],
  escalate: ['升级', 'Escalate'],
  acknowledgedBy: ['已确认', 'Acknowledged by'],
  why: ['请说明原因', 'Say why'],
  send: ['提交', 'Send'],
  cancel: ['取消', 'Cancel'],
  ticket: ['案卷', 'Ticket'],
  deadline: ['时限', 'Due'],
  overdue: ['超期', 'Overdue'],
  suspended: ['挂账', 'Suspended'],
  department: ['处置部门', 'Department'],
  photo: ['现场照片', 'Photo of the work done'],
  online: ['在线', 'online'],
  offline: ['离线', 'offline'],
  stalled: ['卡顿', 'stalled'],
  stopped: ['停止', 'stopped'],
  connected: ['实时', 'Live'],
  reconnecting: ['重新连接中', 'Reconnecting'],
  lastNews: ['最新数据', 'Newest data'],
  secondsAgo: ['秒前', 's ago'],
  count: ['次', '×'],
  keys: ['快捷键：j/k 上下，a 确认，d 误报，e 升级', 'Keys: j/k move, a acknowledge, d false alarm, e escalate'],
  noPicture: ['暂无画面', 'No picture yet'],
  language: ['English', '中文'],
  liveStart: ['实时', 'Live'],
  liveStop: ['停止', 'Stop'],
  liveWaiting: ['等待画面…', 'Waiting for a picture…'],
  liveEnded: ['已中断，请重新打开', 'Ended; start it again'],
  soundOn: ['开启声音', 'Sound on'],
  soundOff: ['关闭声音', 'Sound off'],
  noSound: ['该点位没有可播放的声音', 'This camera has no sound that can be played'],
  codecRefused: ['本浏览器无法播放，已改为转码画面', 'is not played by this browser; shown as MPEG-1'],
  gridChoice: ['画面布局', 'Tiles at a time'],
  gridAll: ['全部', 'All'],
  pageBack: ['上一页', 'Previous page'],
  pageOn: ['下一页', 'Next page'],
  wallKeys: ['快捷键：1 4 9 布局，0 全部，[ ] 翻页', 'Keys: 1 4 9 tiles, 0 all, [ ] pages'],
  silences: ['静默', 'Silences'],
  notices: ['通知', 'Notices'],
  newSilence: ['新建静默', 'New silence'],
  endSilence: ['结束', 'End'],
  silenceNeeds: ['请选择告警类型或视频点位', 'Choose a kind of alert or a camera'],
  until: ['至', 'until'],
  kind: ['告警类型', 'Kind of alert'],
  camera: ['视频点位', 'Camera'],
  any: ['不限', 'Any'],
  confirmView: ['确认新画面', 'Confirm view'],
  zonesSuspended: ['区域检测已暂停', 'zones suspended'],
  forHours: ['时长（小时）', 'For (hours)'],
} as const satisfies Record<string, readonly [zh: string, en: string]>

export type TextKey = keyof typeof texts

export const severityNames = {
  info: ['提示', 'info'],
  low: ['低', 'low'],
  medium: ['中', 'medium'],
  high: ['高', 'high'],
  critical: ['紧急', 'critical'],
} as const

export const viewFaultNames = {
  black: ['画面全黑', 'Black picture'],
  frozen: ['画面冻结', 'Frozen picture'],
  blurred: ['画面模糊', 'Blurred picture'],
  moved: ['画面偏移', 'View changed'],
} as const

export const stageNames = {
  accepted: ['受理', 'Accepted'],
  filed: ['立案', 'Filed'],
  dispatched: ['派遣', 'Dispatched'],
  handling: ['处置', 'Handling'],
  checking: ['核查', 'Checking'],
  closed: ['结案', 'Closed'],
  void: ['作废', 'Void'],
} as const

export const stepNames = {
  file: ['立案', 'File'],
  dispatch: ['派遣', 'Dispatch'],
  receive: ['接收', 'Receive'],
  feedback: ['反馈', 'Report done'],
  check_pass: ['核查通过', 'Check passed'],
  return: ['退回', 'Send back'],
  void: ['作废', 'Void'],
} as const

export const noticeNames = {
  new: ['新告警', 'New'],
  changed: ['有变化', 'Changed'],
  repeated: ['重复提醒', 'Reminder'],
  ended: ['已结束', 'Ended'],
  storm: ['告警风暴', 'Storm'],
} as const
