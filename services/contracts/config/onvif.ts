// Config: looking for cameras in the network by ONVIF (WS-Discovery, device and media services).
import { type Static, Type } from 'typebox'

export const OnvifConfig = Type.Object(
  {
    probeAddress: Type.String({
      default: '239.255.255.250:3702',
      pattern: '^[0-9.]+:[0-9]{1,5}$',
      description: 'where probes go (WS-Discovery); multicast does not cross routers, a single device may be asked',
    }),
    probeSeconds: Type.Number({
      default: 3,
      minimum: 0.1,
      maximum: 30,
      description: 'answers are waited for this long',
    }),
    networks: Type.Array(Type.String({ pattern: '^[0-9a-fA-F.:]+/[0-9]{1,3}$' }), {
      default: ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', 'fc00::/7'],
      maxItems: 64,
      description: 'only devices in these networks are asked, whatever address a person or a device gives',
    }),
    timeoutSeconds: Type.Number({ default: 10, minimum: 0.5, maximum: 60, description: 'an answer of a device' }),
    mostFound: Type.Integer({ default: 500, minimum: 1, maximum: 10_000, description: 'devices told by one search' }),
  },
  { additionalProperties: false, default: {} },
)
export type OnvifConfig = Static<typeof OnvifConfig>
