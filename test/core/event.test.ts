import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import { Emitter } from '../../src/core/event.ts';

test('every listener hears every value, in the order of subscription', () => {
  const emitter = new Emitter<number>();
  const heard: string[] = [];
  emitter.event(value => heard.push(`a${value}`));
  emitter.event(value => heard.push(`b${value}`));
  emitter.fire(1);
  emitter.fire(2);
  assert.deepEqual(heard, ['a1', 'b1', 'a2', 'b2']);
});

test('the same function subscribed twice is two subscriptions', () => {
  const emitter = new Emitter<void>();
  let heard = 0;
  const listener = (): void => void heard++;
  const first = emitter.event(listener);
  emitter.event(listener);
  emitter.fire();
  first.dispose();
  first.dispose();
  emitter.fire();
  assert.equal(heard, 3);
});

test('a listener that throws does not keep the others from hearing, and its error is told', () => {
  const errors: unknown[] = [];
  const emitter = new Emitter<void>(error => errors.push(error));
  const error = new Error('mine');
  let heard = 0;
  emitter.event(() => {
    throw error;
  });
  emitter.event(() => heard++);
  emitter.fire();
  assert.equal(heard, 1);
  assert.deepEqual(errors, [error]);
});

test('an error of a listener that nobody catches becomes an unhandled rejection, not silence', () => {
  const program = `
    import { Emitter } from ${JSON.stringify(new URL('../../src/core/event.ts', import.meta.url).href)};
    const emitter = new Emitter();
    emitter.event(() => { throw new Error('unseen'); });
    emitter.fire();
    console.log('went on');`;
  const { status, stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', program], {
    encoding: 'utf8',
  });
  assert.equal(stdout, 'went on\n');
  assert.equal(status, 1);
  assert.match(stderr, /unseen/);
});

test('a listener that another one unsubscribes while they are called hears nothing more', () => {
  const emitter = new Emitter<void>();
  const heard: string[] = [];
  emitter.event(() => {
    heard.push('first');
    second.dispose();
  });
  const second = emitter.event(() => heard.push('second'));
  emitter.fire();
  assert.deepEqual(heard, ['first']);
});

test('a listener that subscribes while they are called hears the next value', () => {
  const emitter = new Emitter<number>();
  const heard: number[] = [];
  emitter.event(value => {
    if (value === 1) emitter.event(later => heard.push(later));
  });
  emitter.fire(1);
  emitter.fire(2);
  assert.deepEqual(heard, [2]);
});

test('a disposed emitter is silent', () => {
  const emitter = new Emitter<void>();
  emitter.event(() => assert.fail('heard'));
  emitter.dispose();
  emitter.fire();
});
