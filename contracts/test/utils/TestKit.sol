// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {TestBase} from "forge-std/Base.sol";
import {StdAssertions} from "forge-std/StdAssertions.sol";
import {StdCheats} from "forge-std/StdCheats.sol";
import {StdInvariant} from "forge-std/StdInvariant.sol";
import {StdUtils} from "forge-std/StdUtils.sol";

/// @dev forge-std's Test without its console, JSON and chain helpers: they triple the compile time, and their hundreds of
/// warnings hide ours.
abstract contract Test is TestBase, StdAssertions, StdCheats, StdInvariant, StdUtils {
    bool public constant IS_TEST = true;

    /// @dev Where the code under test comes from: what this profile compiled, or the folder of artifacts that CODE_FROM
    /// names. So the same tests run on the code of the compiler's other pipeline, without being compiled by it.
    function _artifact(string memory name) internal view returns (string memory) {
        string memory folder = vm.envOr("CODE_FROM", string(""));
        if (bytes(folder).length == 0) return string.concat(name, ".sol:", name);
        return string.concat(folder, "/", name, ".sol/", name, ".json");
    }
}
