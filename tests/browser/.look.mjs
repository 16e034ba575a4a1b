// usage: node .look.mjs register LINK NAME STATE | shot STATE NAME URL [NAME URL]...
import {chromium} from 'playwright-core';
import {writeFileSync} from 'node:fs';
import {createRequire} from 'node:module';
import {readFileSync} from 'node:fs';
const AXE = createRequire(import.meta.url).resolve('axe-core/axe.min.js');
const [mode, ...rest] = process.argv.slice(2);
const b = await chromium.launch({executablePath:'/usr/bin/chromium', args:['--no-sandbox','--disable-gpu','--disable-background-networking']});
if(mode === 'register') {
  const [link, name, state] = rest;
  const c = await b.newContext({viewport:{width:1280,height:800}});
  const p = await c.newPage();
  const d = await c.newCDPSession(p);
  await d.send('WebAuthn.enable');
  await d.send('WebAuthn.addVirtualAuthenticator',{options:{protocol:'ctap2',ctap2Version:'ctap2_1',transport:'internal',hasResidentKey:true,hasUserVerification:true,isUserVerified:true,automaticPresenceSimulation:true}});
  await p.goto(link);
  await p.getByTestId('officer-name').fill(name);
  await p.getByTestId('register').click();
  await p.waitForURL(/\/console(\?.*)?$/);
  await c.storageState({path:state});
} else {
  const [state, ...pairs] = rest;
  for(const [suffix,size] of [['phone',{width:360,height:640}],['desk',{width:1280,height:800}]]) {
    const c = await b.newContext({viewport:size, storageState:state, locale:'en-GB'});
    for(let i=0;i<pairs.length;i+=2) {
      const p = await c.newPage();
      p.on('console', m => m.type()==='error' && console.log('console', m.text()));
      const r = await p.goto(pairs[i+1]);
      const fits = await p.evaluate(() => document.documentElement.scrollWidth <= window.innerWidth+1);
      console.log(suffix, pairs[i], r.status(), fits ? 'fits' : 'TOO WIDE');
      await p.screenshot({path:`/tmp/au/shots/${pairs[i]}-${suffix}.png`, fullPage:true});
      await p.evaluate(readFileSync(AXE,'utf8'));
      const v = await p.evaluate(() => window.axe.run({runOnly:['wcag2a','wcag2aa','wcag21a','wcag21aa','wcag22aa','best-practice']}));
      for(const x of v.violations) console.log('  axe', x.id, x.nodes.map(n=>n.html.slice(0,160)).slice(0,3).join(' | '));
      await p.close();
    }
    await c.close();
  }
}
await b.close();
