// <time datetime data-left> counts down to an instant. Without this module the page keeps the time that was left when it
// was made. What decides is the time of the blocks, which follows the clock by seconds.

const SECOND = 1000;
const STEPS = [['day', 24 * 3600], ['hour', 3600], ['minute', 60], ['second', 1]];

function left(until) {
  let seconds = Math.floor((until - Date.now()) / SECOND);
  if(seconds <= 0) {
    return 'with the next block';
  }
  const parts = [];
  for(const [name, length] of STEPS) {
    const count = Math.floor(seconds / length);
    seconds -= count * length;
    if(count > 0 || parts.length > 0) {
      parts.push(`${count} ${name}${count === 1 ? '' : 's'}`);
    }
    if(parts.length === 2) {
      break;
    }
  }
  return parts.join(' ');
}

function show() {
  for(const time of document.querySelectorAll('time[data-left]')) {
    const until = Date.parse(time.dateTime);
    if(!Number.isNaN(until)) {
      time.textContent = left(until);
    }
  }
}

show();
setInterval(show, SECOND);
