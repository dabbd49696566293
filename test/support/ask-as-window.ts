// A process of its own, because Node reads whom it trusts when it starts: asks URLs as windows with these settings would, and prints what
// came of each. Argument: pairs of URL and settings, as JSON.
import { Connections, type HttpSettings } from '../../src/host/connections.ts';
import { askHttp } from '../../src/llm/http/http-call.ts';

const asked = JSON.parse(process.argv[2] ?? '[]') as [url: string, settings: Partial<HttpSettings>][];
let held: HttpSettings = { strict: true, systemCertificates: true };
const connections = new Connections({ settings: () => held });
for (const [url, settings] of asked) {
  held = { strict: true, systemCertificates: true, ...settings };
  connections.renew();
  try {
    const { text } = await askHttp(connections, { method: 'GET', url: new URL(url), headers: {} }, () => {});
    console.log(text);
  } catch (error) {
    console.log((error as { code?: string }).code ?? String(error));
  }
}
