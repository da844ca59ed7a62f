// Who may do what. Roles of people and programs, and the right that each route demands.

export const roleNames = ['admin', 'operator', 'pilot', 'subscriber', 'viewer'] as const
export type RoleName = (typeof roleNames)[number]

/** read: see alerts, tickets, cameras, series …; the others by their name. */
export const rights = {
  read: ['admin', 'operator', 'pilot', 'subscriber', 'viewer'],
  /** play cameras' streams as they come from our RTSP server, without masks */
  playStreams: ['admin', 'operator'],
  handleAlerts: ['admin', 'operator'],
  /** the tickets room checks each step itself (tickets/transitions.ts) */
  moveTickets: ['admin', 'operator', 'pilot', 'subscriber'],
  createTickets: ['admin', 'operator', 'subscriber'],
  uploadFootage: ['admin', 'operator', 'pilot'],
  watchLive: ['admin', 'operator', 'viewer'],
  /** what lies under a camera's privacy masks, by its original stream */
  seeUnmasked: ['admin'],
  /** faces and plates as they are; subscribers handle tickets and need the plate. For the others pictures are blurred and live view is coarse. */
  seeIdentities: ['admin', 'operator', 'subscriber'],
  /** pictures marked as false alarms, to train with */
  readSamples: ['admin'],
  readDeadLetters: ['admin', 'operator'],
  manageDevices: ['admin'],
  manageUsers: ['admin'],
  readAudit: ['admin'],
} as const satisfies Record<string, readonly RoleName[]>

export type Right = keyof typeof rights

export const may = (roles: readonly string[], right: Right): boolean =>
  (rights[right] as readonly string[]).some((role) => roles.includes(role))
