import type { Address } from './address.ts';
import { type Connect, connectDirectly, type Trust } from './connect.ts';
import { connectThrough, type Proxy } from './tunnel.ts';

/**
 * To each host by the way that is right at this moment.
 * @param choose which proxy is between; what it throws, the request throws.
 * @param trust asked for connections over TLS only; the same object as long as the same certificates hold.
 */
export function connectBy(choose: (to: Address) => Proxy | undefined, trust: () => Trust): Connect {
  const plainly = connectDirectly();
  let direct: { readonly under: Trust; readonly connect: Connect } | undefined;
  return (to, onBytes) => {
    const proxy = choose(to);
    if (proxy) return connectThrough(proxy, trust)(to, onBytes);
    if (!to.secure) return plainly(to, onBytes);
    const under = trust();
    // With it go the sessions: for one that is taken up again the host's name is not looked at, and the certificates were others.
    if (direct?.under !== under) direct = { under, connect: connectDirectly(under) };
    return direct.connect(to, onBytes);
  };
}
