/** Resolves when the person, or the system, wants us to end. From then on a second Ctrl-C ends at once. */
export function endSignal(): Promise<void> {
  return new Promise(done => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
      process.once(signal, () => done());
    }
  });
}
