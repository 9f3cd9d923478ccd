// Which files of a list were not taken when the page was left. Their numbers alone are kept: a name may be a person's.
const LEFT = "verhm-batch";

function rememberLeft(rows) {
  const numbers = rows.flatMap((row, index) => (row.session ? [] : [index + 1]));
  sessionStorage.setItem(LEFT, JSON.stringify({ all: rows.length, numbers }));
}

const forgetLeft = () => sessionStorage.removeItem(LEFT);

/** What to say of a list that was left; null where none was, or all of it had been taken. */
function wordsOfLeft() {
  const { all, numbers } = JSON.parse(sessionStorage.getItem(LEFT) || '{"numbers": []}');
  forgetLeft();
  const cameBy = performance.getEntriesByType("navigation")[0]?.type;
  if (!numbers.length || cameBy === "navigate") return null; // as by signing in, maybe somebody else
  return {
    cause: verhm.say("The page was left while files were being taken: {done} of {all} became sessions.", { done: all - numbers.length, all }),
    remedy: verhm.say("Not taken: no. {numbers} of the list. Choose these files again.", { numbers: numbers.join(", ") }),
  };
}
