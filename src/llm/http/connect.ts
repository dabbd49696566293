import { connect as connectTcp, type Socket } from 'node:net';
import { connect as connectTls, type ConnectionOptions } from 'node:tls';

export interface Address {
  /** A name, or an IP address without brackets. */
  readonly host: string;
  readonly port: number;
  /** Over TLS. */
  readonly secure: boolean;
  /** false: an IP address, for which TLS has no server name. */
  readonly isName: boolean;
}

/** Begins a connection; it may be written to at once. @param onBytes is given what comes, in memory that the next bytes may come into. */
export type Connect = (to: Address, onBytes: (bytes: Buffer) => void) => Socket;

/** Whose certificates hold: what TLS is told of it. */
export type Trust = Pick<ConnectionOptions, 'ca' | 'secureContext' | 'rejectUnauthorized'>;

/** What one read brings at most; TLS brings at most 16 KiB. */
const readSize = 64 * 1024;

/** Straight to the host. @param more of TLS and of looking names up: certificates of one's own, for one. */
export function connectDirectly(more: Trust & Pick<ConnectionOptions, 'lookup'> = {}): Connect {
  const sessions = new Map<string, Buffer>();
  return ({ host, port, secure, isName }, onBytes) => {
    // Into memory of its own: a stream between, and new memory for each read, were half of what a word cost (bench S2, S3).
    const buffer = Buffer.allocUnsafeSlow(readSize);
    const onread = {
      buffer,
      callback(bytes: number) {
        onBytes(buffer.subarray(0, bytes));
        return true;
      },
    };
    const tcp = { ...more, host, port, onread, noDelay: true, keepAlive: true, keepAliveInitialDelay: 60_000 };
    if (!secure) return connectTcp(tcp);
    const place = `${host}:${port}`;
    const session = sessions.get(place);
    const socket = connectTls({
      ...tcp,
      ALPNProtocols: ['http/1.1'],
      ...(isName && { servername: host }),
      ...(session && { session }),
    });
    // The next handshake is shorter by a round trip.
    return socket.on('session', given => sessions.set(place, given)).on('error', () => sessions.delete(place));
  };
}
