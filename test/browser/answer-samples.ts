/** Samples of the pages where people answer what a device or a program elsewhere asks. */
import type { Page, Pages } from '../../src/protocol/request-reply.ts'

export function answerSamples(asked: Pages['consent']): Record<string, Page> {
  return {
    'consent-device': {
      page: 'consent',
      data: {
        ...asked,
        comparison: { kind: 'code', code: 'WDJB-MJHT', address: '2001:db8:85a3::8a2e:370:7334' },
      },
    },
    'consent-message': {
      page: 'consent',
      data: {
        ...asked,
        comparison: { kind: 'message', message: 'HD-4711', address: '192.0.2.7' },
      },
    },
    'request-refused': { page: 'done', data: { what: 'request-refused', flow: undefined } },
    device: { page: 'device', data: { userCode: undefined, problem: undefined } },
    'device-code': { page: 'device', data: { userCode: 'WDJB-MJHT', problem: undefined } },
    'device-problem': {
      page: 'device',
      data: { userCode: 'WDJB-MJ', problem: 'No device is waiting with this code. Please compare it with what the device shows.' },
    },
    'device-allowed': { page: 'done', data: { what: 'device-allowed', flow: undefined } },
    'device-refused': { page: 'done', data: { what: 'device-refused', flow: undefined } },
  }
}
