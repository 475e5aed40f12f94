/** What was typed into a search: a text passes that has every word of it, in any order and case. */
export function hasWords(typed: string): (searched: string) => boolean {
  const words = typed.toLowerCase().split(/\s+/).filter((word) => word !== "");
  return (searched) => {
    const text = searched.toLowerCase();
    return words.every((word) => text.includes(word));
  };
}
