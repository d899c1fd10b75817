// Work that takes long is told of, and other work is not.

import Dispatch
import Synchronization
import Testing

@testable import CommandLine

@Suite struct PatienceTests {
    @Test(.timeLimit(.minutes(1))) func workThatTakesLongIsToldOfOnce() {
        let told = DispatchSemaphore(value: 0)
        let said = Mutex<[String]>([])
        let value = Patience.telling(
            "it takes a while", after: .milliseconds(0),
            say: { text in
                said.withLock { $0.append(text) }
                told.signal()
            }
        ) {
            told.wait()
            return 7
        }
        #expect(value == 7 && said.withLock { $0 } == ["it takes a while"])
    }

    @Test func workThatIsDoneIsNot() {
        let said = Mutex(0)
        #expect(Patience.telling("no", after: .seconds(3_600), say: { _ in said.withLock { $0 += 1 } }) { 7 } == 7)
        #expect(said.withLock { $0 } == 0)
    }
}
