/** How often a race, a kill or something random is played: so often, or as often as TEST_ROUNDS says (100 and more for a thorough look). */
export function roundsOr(usual: number): number {
  return Number(process.env.TEST_ROUNDS ?? usual);
}
