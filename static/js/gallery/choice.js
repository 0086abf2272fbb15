/** Which examples are meant by some words and subjects, and how does an address say so? Pure. */

/**
 * @typedef {{query: string, tags: string[]}} Choice  an example must have all words of the query, and all of the tags
 * @typedef {{text: string, tags: string[]}} Card
 */

/** @returns {Choice} of an address' search (`?q=…&tag=…&tag=…`); subjects that there are not are left out */
export function choiceOf(search, known) {
  const parameters = new URLSearchParams(search);
  return { query: parameters.get("q") ?? "", tags: known.filter((tag) => parameters.getAll("tag").includes(tag)) };
}

/** The address' search of a choice; what else stood in it stays. */
export function searchOf({ query, tags }, before = "") {
  const parameters = new URLSearchParams(before);
  parameters.delete("q");
  parameters.delete("tag");
  if (query.trim()) parameters.set("q", query.trim());
  for (const tag of tags) parameters.append("tag", tag);
  const search = parameters.toString();
  return search && `?${search}`;
}

/** @returns {(card: Card) => boolean} */
export function matcherOf({ query, tags }) {
  const words = query.toLowerCase().split(/\s+/).filter(Boolean);
  return (card) => tags.every((tag) => card.tags.includes(tag)) && words.every((word) => card.text.toLowerCase().includes(word));
}

/** How many cards would be left if a tag were chosen as well, for each tag. */
export function countsOf(cards, choice, known) {
  const left = cards.filter(matcherOf(choice));
  return new Map(known.map((tag) => [tag, left.filter((card) => card.tags.includes(tag)).length]));
}
