import { connect as connectTcp, type Socket } from 'node:net';
import { connect as connectTls, type ConnectionOptions } from 'node:tls';
import { type Address, placeOf } from './address.ts';

/** Begins a connection; it may be written to at once. @param onBytes is given what comes, in memory that the next bytes may come into. */
export type Connect = (to: Address, onBytes: (bytes: Buffer) => void) => Socket;

/** Whose certificates hold: what TLS is told of it. */
export type Trust = Pick<ConnectionOptions, 'ca' | 'secureContext' | 'rejectUnauthorized'>;

/** What one read brings at most; TLS brings at most 16 KiB. */
const readSize = 64 * 1024;

/** Of every connection, the one to a proxy too. */
export const tcpTo = ({ host, port }: Address) =>
  ({ host, port, noDelay: true, keepAlive: true, keepAliveInitialDelay: 60_000 }) as const;

/** By which the other side chooses its certificate. */
export const serverNameOf = ({ host, isName }: Address): { readonly servername?: string } =>
  isName ? { servername: host } : {};

/** Straight to the host. @param more of TLS and of looking names up: certificates of one's own, for one. */
export function connectDirectly(more: Trust & Pick<ConnectionOptions, 'lookup'> = {}): Connect {
  const sessions = new Map<string, Buffer>();
  return (to, onBytes) => {
    // Into memory of its own: a stream between, and new memory for each read, were half of what a word cost (bench S2, S3).
    const buffer = Buffer.allocUnsafeSlow(readSize);
    const onread = {
      buffer,
      callback(bytes: number) {
        onBytes(buffer.subarray(0, bytes));
        return true;
      },
    };
    const tcp = { ...more, ...tcpTo(to), onread };
    if (!to.secure) return connectTcp(tcp);
    const place = placeOf(to);
    const session = sessions.get(place);
    const socket = connectTls({
      ...tcp,
      ALPNProtocols: ['http/1.1'],
      ...serverNameOf(to),
      ...(session && { session }),
    });
    // The next handshake is shorter by a round trip.
    return socket.on('session', given => sessions.set(place, given)).on('error', () => sessions.delete(place));
  };
}
