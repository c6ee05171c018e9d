// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Vm} from "forge-std/Vm.sol";
import {Network} from "contracts/script/Deployment.sol";
import {IMarketplace} from "contracts/src/interfaces/IMarketplace.sol";
import {Model} from "contracts/test/invariant/Model.sol";
import {Test} from "contracts/test/utils/TestKit.sol";

/// @title Who acts on what, and what each act has to tell
abstract contract Actors is Test {
    uint256 public constant GPUS = 4;
    uint256 public constant POOLS = 2;

    Network internal network;
    Model internal model;
    address internal guardian;
    address[] internal reporters;
    address[] public actors;

    bool public isBuyingPaused;
    bool public isRentingPaused;
    uint256 public reportedAt = block.timestamp;
    uint256 public bctBurned;
    /// where the settlements told of a rental have come to
    mapping(uint256 id => uint256) public toldUntil;
    /// how often something worth testing came about
    mapping(string outcome => uint256) public reached;

    constructor(Network memory n, address guardian_, address[] memory reporters_, Model model_) {
        network = n;
        guardian = guardian_;
        reporters = reporters_;
        model = model_;
        for (uint256 i; i < 4; ++i) {
            actors.push(makeAddr(string.concat("actor ", vm.toString(i))));
            vm.prank(actors[i]);
            n.token.approve(address(n.credits), type(uint256).max);
        }
    }

    /// @dev Reads what an action emitted, after it.
    modifier watched() {
        vm.recordLogs();
        _;
        _readSettlements();
    }

    function actorCount() external view returns (uint256) {
        return actors.length;
    }

    function _actor(uint256 seed) internal view returns (address) {
        return actors[seed % actors.length];
    }

    function _gpu(uint256 seed) internal pure returns (uint256) {
        return seed % GPUS + 1;
    }

    /// @dev One on which nothing runs, if there is one.
    function _idleGpu(uint256 seed) internal view returns (uint256 gpu) {
        for (uint256 i; i < GPUS; ++i) {
            gpu = _gpu(seed % GPUS + i);
            if (!model.isRunning(model.open(gpu))) return gpu;
        }
    }

    function _rental(uint256 seed) internal view returns (uint256) {
        // one of the last eight: old ones are over
        uint256 count = model.count();
        return count - seed % (count < 8 ? count : 8);
    }

    function _readSettlements() private {
        Vm.Log[] memory logs = vm.getRecordedLogs();
        for (uint256 i; i < logs.length; ++i) {
            if (logs[i].topics[0] == IMarketplace.UsageSettled.selector) _readSettlement(logs[i]);
        }
    }

    function _readSettlement(Vm.Log memory log) private {
        uint256 id = uint256(log.topics[1]);
        (,, uint256 amount, uint256 bctEquivalent, uint256 fromTime, uint256 toTime, uint256 epoch) =
            abi.decode(log.data, (uint256, address, uint256, uint256, uint256, uint256, uint256));
        assertEq(fromTime, toldUntil[id], "gap or overlap");
        assertGt(toTime, fromTime, "no time");
        assertLe(toTime, model.fundedUntil(id), "time that isn't paid");
        assertGt(amount, 0, "no amount");
        assertEq(bctEquivalent, amount * 1e20 / network.priceFeed.lastGoodPrice(), "value");
        assertEq(epoch, (block.timestamp - model.GENESIS()) / model.EPOCH_LENGTH(), "epoch");
        toldUntil[id] = toTime;
    }
}
