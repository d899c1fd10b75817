// The time to go: bounded by the longest chain, by the cores and by the GPUs, whichever is the most.

import Schedules
import Testing

@Suite struct OutlookTests {
    private let chain = [[], [0], [1], []] as [[Int]]

    private func outlook(cores: Int, gpus: Int = 0, demand: Resources = Resources(cores: 1)) -> Outlook {
        Outlook(
            dependencies: chain, demands: Array(repeating: demand, count: 4),
            capacity: Resources(cores: cores, gpus: gpus))
    }

    @Test func aChainTakesAsLongAsItsStepsHoweverManyCoresThereAre() {
        #expect(outlook(cores: 64).seconds(of: [0: 1, 1: 2, 2: 3, 3: 4]) == 6)
        // What is done is not waited for.
        #expect(outlook(cores: 64).seconds(of: [1: 2, 2: 3]) == 5)
        #expect(outlook(cores: 64).seconds(of: [:]) == 0)
    }

    @Test func coresAndGPUsAreSharedOut() {
        #expect(outlook(cores: 1).seconds(of: [0: 1, 1: 2, 2: 3, 3: 4]) == 10)
        let training = Resources(cores: 2, gpus: 1)
        #expect(outlook(cores: 8, gpus: 1, demand: training).seconds(of: [0: 1, 1: 2, 2: 3, 3: 4]) == 10)
        #expect(outlook(cores: 8, gpus: 4, demand: training).seconds(of: [0: 1, 1: 2, 2: 3, 3: 4]) == 6)
    }
}
