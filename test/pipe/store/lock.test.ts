import fc from 'fast-check';
import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { digestOf } from '../../../lib/pipe/digest.ts';
import type { TaskRecord } from '../../../lib/pipe/plan/record.ts';
import { lockFrom, locksIn, openLock } from '../../../lib/pipe/store/lock.ts';
import { temporaryDirectory } from './temporary.ts';

function record(text: string): TaskRecord {
  return {
    fingerprint: digestOf(text),
    outputs: { model: digestOf(`${text} out`) },
    action: JSON.stringify([{ params: { text } }, { inputs: {} }]),
  };
}

describe('the lock', () => {
  test('that cannot be read is named', () => {
    const directory = temporaryDirectory();
    const path = join(directory, 'pipe.lock');
    mkdirSync(path);
    expect(() => openLock(directory, 'default')).toThrow(expect.objectContaining({ path }));
  });

  test('gives back what was written, whatever ids, names and parameters hold', () => {
    const directory = temporaryDirectory();
    const texts = fc.array(fc.tuple(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' })), {
      maxLength: 8,
    });
    fc.assert(
      fc.property(texts, (pairs) => {
        const path = join(directory, 'pipe.lock');
        writeFileSync(path, '');
        const lock = openLock(dirname(path), 'default');
        const expected = new Map(
          pairs.map(([id, text]) => [`t${id}`, { ...record(text), outputs: { [text]: digestOf(id) } }]),
        );
        for (const [id, value] of expected) lock.set(id, value);
        lock.save();
        const read = openLock(dirname(path), 'default');
        expect(read.ids()).toEqual([...expected.keys()].sort());
        for (const [id, value] of expected) expect(read.get(id)).toEqual(value);
      }),
      { numRuns: 50 },
    );
  });

  test('is JSON with one task a line, sorted, the same whatever order tasks ended in', () => {
    const ids = ['b', 'a@x=2', 'a@x=10'];
    const texts = [ids, [...ids].reverse()].map((order) => {
      const path = join(temporaryDirectory(), 'pipe.lock');
      const lock = openLock(dirname(path), 'default');
      for (const id of order) lock.set(id, record(id));
      lock.save();
      return readFileSync(path, 'utf8');
    });
    expect(texts[0]).toBe(texts[1]);
    expect(Object.keys((JSON.parse(texts[0]!) as { tasks: object }).tasks)).toEqual(['a@x=10', 'a@x=2', 'b']);
    expect(texts[0]!.split('\n')).toHaveLength(6);
  });

  test('keeps every task whose line can be read when a merge left conflict markers', () => {
    const path = join(temporaryDirectory(), 'pipe.lock');
    const lock = openLock(dirname(path), 'default');
    for (const id of ['a', 'b', 'c']) lock.set(id, record(id));
    lock.save();
    const lines = readFileSync(path, 'utf8').split('\n');
    lines.splice(
      2,
      1,
      '<<<<<<< ours',
      lines[2]!.replace('b out', ''),
      '=======',
      '"b":{"fingerprint":"sha2',
      '>>>>>>> theirs',
    );
    writeFileSync(path, lines.join('\n'));
    const read = openLock(dirname(path), 'default');
    expect(read.get('a')).toEqual(record('a'));
    expect(read.get('c')).toEqual(record('c'));
  });

  test('has of a task what stands on a line of its own form, and nothing of another', () => {
    const directory = temporaryDirectory();
    const path = join(directory, 'pipe.lock');
    const lock = openLock(directory, 'default');
    for (const id of ['a', 'z', 'with "quotes" and \\']) lock.set(id, record(id));
    lock.save();
    const whole = readFileSync(path, 'utf8');
    const line = whole.split('\n').find((each) => each.startsWith('"a"'))!;
    const others = [
      `+${line}`,
      ` ${line}`,
      '"x]}',
      '":{"fingerprint":"]}',
      '"x":[1]}',
      line.slice(0, -3),
      '"b":{"fingerprint":"',
      '"\\q":{"fingerprint":"]}',
    ];
    writeFileSync(path, whole.replace(line, [...others, line].join('\n')));
    const read = openLock(directory, 'default');
    expect(read.ids()).toEqual(['a', 'with "quotes" and \\', 'z']);
    for (const id of read.ids()) expect([read.has(id), read.get(id)]).toEqual([true, record(id)]);
    for (const id of ['', 'b', '+"a', 'x']) expect([read.has(id), read.get(id)]).toEqual([false, null]);
  });

  test('has a task whose line ends in the middle of what was recorded as one that nothing is known of', () => {
    const directory = temporaryDirectory();
    const path = join(directory, 'pipe.lock');
    const lock = openLock(directory, 'default');
    lock.set('a', record('a'));
    lock.save();
    const whole = readFileSync(path, 'utf8');
    for (const [part, becomes] of [
      ['"outputs"', '"output"'],
      ['"action"', '"actions"'],
      [/"outputs":\{[^}]*\}/, '"outputs":{'],
      [/"outputs":\{[^}]*\}/, '"outputs":{"model":1}'],
      ['"outputs":{', '"outputs":{"log":"none",'],
    ] as const) {
      const text = whole.replace(part, becomes);
      expect(text).not.toBe(whole);
      writeFileSync(path, text);
      const read = openLock(directory, 'default');
      expect([read.has('a'), read.get('a')]).toEqual([true, null]);
    }
  });

  test.each([
    ['empty', ''],
    ['another program’s', '{"lockfileVersion":3}'],
    ['a later format', '{"pipe":2,"profile":"default","tasks":{\n"a":{"fingerprint":"sha256:00"}\n}}'],
  ])('holds no task when the file is %s', (_, text) => {
    const path = join(temporaryDirectory(), 'pipe.lock');
    writeFileSync(path, text);
    expect(openLock(dirname(path), 'default').ids()).toEqual([]);
  });

  test.each([
    ['without its last line', (lines: string[]) => lines.slice(0, -2)],
    [
      'in another order',
      ([head = '', one = '', two = '', ...rest]: string[]) => [head, `${two},`, one.slice(0, -1), ...rest],
    ],
    ['with a line twice', ([head = '', one = '', ...rest]: string[]) => [head, one, one, ...rest]],
    ['with what is no line', ([head = '', ...rest]: string[]) => [head, '<<<<<<< ours', ...rest]],
  ])('%s is written anew, though nothing in it changed', (_, spoil) => {
    const directory = temporaryDirectory();
    const path = join(directory, 'pipe.lock');
    const lock = openLock(directory, 'default');
    for (const id of ['a', 'b']) lock.set(id, record(id));
    lock.save();
    const text = readFileSync(path, 'utf8');
    writeFileSync(path, spoil(text.split('\n')).join('\n'));
    openLock(directory, 'default').save();
    expect(readFileSync(path, 'utf8')).toBe(text);
  });

  test('has the outputs of a task in one order, whatever order they are given in', () => {
    const text = (names: readonly string[]) => {
      const directory = temporaryDirectory();
      const lock = openLock(directory, 'default');
      lock.set('a', {
        ...record('a'),
        outputs: Object.fromEntries(names.map((name) => [name, digestOf(name)])),
      });
      lock.save();
      return readFileSync(join(directory, 'pipe.lock'), 'utf8');
    };
    expect(text(['b', 'a', 'B', 'c'])).toBe(text(['c', 'B', 'a', 'b']));
  });

  test('of a form that is not known is left as it is', () => {
    const directory = temporaryDirectory();
    const path = join(directory, 'pipe.lock');
    writeFileSync(path, '{"pipe":2}\n');
    openLock(directory, 'default').save();
    expect(readFileSync(path, 'utf8')).toBe('{"pipe":2}\n');
  });

  test('drops tasks that are no longer declared, and writes nothing when nothing changed', () => {
    const path = join(temporaryDirectory(), 'pipe.lock');
    openLock(dirname(path), 'default').save();
    expect(existsSync(path)).toBe(false);
    const lock = openLock(dirname(path), 'default');
    lock.set('a', record('a'));
    lock.set('gone', record('gone'));
    lock.keepOnly(new Set(['a']));
    lock.save();
    expect(openLock(dirname(path), 'default').ids()).toEqual(['a']);
  });

  test('gives what it drops, as far as that can be read', () => {
    const path = join(temporaryDirectory(), 'pipe.lock');
    const lock = openLock(dirname(path), 'default');
    for (const id of ['a', 'broken', 'gone']) lock.set(id, record(id));
    lock.save();
    writeFileSync(path, readFileSync(path, 'utf8').replace(digestOf('broken out'), 'no digest'));
    const read = openLock(dirname(path), 'default');
    expect(read.keepOnly(new Set(['a']))).toEqual([['gone', record('gone')]]);
    expect(read.ids()).toEqual(['a']);
    expect(read.keepOnly(new Set(['a']))).toEqual([]);
  });

  test('that is whole is not written again; one whose lines are in another order is', () => {
    const path = join(temporaryDirectory(), 'pipe.lock');
    const lock = openLock(dirname(path), 'default');
    for (const id of ['a', 'b']) lock.set(id, record(id));
    lock.save();
    const whole = readFileSync(path, 'utf8');
    const { ino } = statSync(path);
    openLock(dirname(path), 'default').save();
    expect(statSync(path).ino).toBe(ino);
    const [head, a, b, end] = whole.split('\n');
    writeFileSync(path, `${[head, `${b!},`, a!.slice(0, -1), end].join('\n')}\n}\n`);
    openLock(dirname(path), 'default').save();
    expect(readFileSync(path, 'utf8')).toBe(whole);
  });

  test('of another profile says nothing of this one', () => {
    const path = join(temporaryDirectory(), 'pipe.lock');
    const lock = openLock(dirname(path), 'default');
    lock.set('a', record('a'));
    lock.save();
    writeFileSync(path, readFileSync(path, 'utf8').replace('"default"', '"fast"'));
    expect(openLock(dirname(path), 'default').ids()).toEqual([]);
  });

  test('is read from a text, whatever profile that is of, and has no file then', () => {
    const directory = temporaryDirectory();
    const lock = openLock(directory, 'with "quotes"');
    lock.set('a', record('a'));
    const text = lock.text();
    const read = lockFrom(text);
    expect([read.ids(), read.get('a'), read.text()]).toEqual([['a'], record('a'), text]);
    read.save();
    read.set('b', record('b'));
    expect(() => {
      read.save();
    }).toThrow('no file');
    for (const other of ['', `x${text}`]) expect(lockFrom(other).ids()).toEqual([]);
    expect(lockFrom(`x${text}`).text()).toContain('"profile":"default"');
  });

  test('lies in a project once for each profile', () => {
    const directory = temporaryDirectory();
    for (const profile of ['default', 'paper']) {
      const lock = openLock(directory, profile);
      lock.set(profile, record('a'));
      lock.save();
    }
    writeFileSync(join(directory, 'package.lock'), '');
    const found = locksIn(directory).map(({ profile, lock }) => [profile, lock.ids()]);
    expect(found.sort()).toEqual([
      ['default', ['default']],
      ['paper', ['paper']],
    ]);
  });
});
