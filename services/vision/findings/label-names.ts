// Names of classes for people, Chinese and English, in the sentences of findings.

const names: Readonly<Record<string, { zh: string; en: string }>> = {
  car: { zh: '机动车', en: 'A car' },
  large_vehicle: { zh: '大型车辆', en: 'A large vehicle' },
  two_wheeler: { zh: '非机动车', en: 'A two-wheeler' },
  person: { zh: '人员', en: 'A person' },
  smoke: { zh: '烟雾', en: 'Smoke' },
  fire: { zh: '明火', en: 'Fire' },
  debris: { zh: '漂浮物', en: 'Debris' },
  no_mask: { zh: '未戴口罩', en: 'No mask' },
  no_hat: { zh: '未戴厨师帽', en: 'No chef hat' },
  smoking: { zh: '吸烟', en: 'Smoking' },
  phone: { zh: '使用手机', en: 'Phone in use' },
  rat: { zh: '老鼠', en: 'A rat' },
  bin_open: { zh: '垃圾桶未盖', en: 'An open bin' },
}

/** The name of a class; an unknown one (of a model that a user brought) is its own name. */
export const nameOfLabel = (label: string): { zh: string; en: string } => names[label] ?? { zh: label, en: label }
