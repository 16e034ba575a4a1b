// Named checks, counted.
let passed = 0;
let failed = 0;

/** Runs one named check; a failure is printed and counted, the rest still runs. */
export async function check(name, body) {
  try {
    await body();
    passed += 1;
    console.log(`ok   ${name}`);
  } catch(error) {
    failed += 1;
    console.log(`FAIL ${name}`);
    console.log(String(error.stack ?? error).split('\n').map(line => `     ${line}`).join('\n'));
  }
}

/** Says how many there were, and ends the process: with zero when there were some and none failed. */
export function finish(what) {
  console.log(`${what}: ${passed} passed, ${failed} failed`);
  process.exit(failed === 0 && passed > 0 ? 0 : 1);
}
