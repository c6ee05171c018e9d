// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Vm} from "forge-std/Vm.sol";
import {Network} from "contracts/script/Deployment.sol";
import {IMeter} from "contracts/src/interfaces/IMeter.sol";
import {GpuStatus} from "contracts/src/types/Types.sol";
import {Model} from "contracts/test/invariant/model/Model.sol";
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
    bool public isIntakePaused;
    uint256 public reportedAt = block.timestamp;
    uint256 public bctBurned;
    /// where the settlements told of a rental have come to
    mapping(uint256 id => uint256) public toldUntil;
    /// how often something worth testing came about
    mapping(string outcome => uint256) public reached;
    bool private _isRefused;

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

    /// @dev Reads what an action emitted, after it. What a refused call had emitted is recorded too, but never was.
    modifier watched() {
        _isRefused = false;
        vm.recordLogs();
        _;
        Vm.Log[] memory logs = vm.getRecordedLogs();
        for (uint256 i; i < logs.length && !_isRefused; ++i) {
            if (logs[i].topics[0] == IMeter.UsageSettled.selector) _readSettlement(logs[i]);
        }
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

    function _isActive(uint256 gpu) internal view returns (bool) {
        return network.gpus.statusOf(gpu) == GpuStatus.ACTIVE;
    }

    function _rental(uint256 seed) internal view returns (uint256) {
        // one of the last eight: old ones are over
        uint256 count = model.count();
        return count - seed % (count < 8 ? count : 8);
    }

    /// @dev One that runs, if there is one.
    function _runningRental(uint256 seed) internal view returns (uint256) {
        for (uint256 i; i < GPUS; ++i) {
            uint256 id = model.open(_gpu(seed % GPUS + i));
            if (model.isRunning(id)) return id;
        }
        return _rental(seed);
    }

    function _report(uint256 price) internal {
        for (uint256 i; i < 3; ++i) {
            vm.prank(reporters[i]);
            network.reportedFeed.report(price);
        }
        reportedAt = block.timestamp;
    }

    function _expect(bytes4 refusal) internal {
        _isRefused = refusal != 0;
        if (_isRefused) vm.expectPartialRevert(refusal);
    }

    function _readSettlement(Vm.Log memory log) private {
        uint256 id = uint256(log.topics[1]);
        (,, uint256 amount, uint256 bctEquivalent, uint256 fromTime, uint256 toTime, uint256 epoch) =
            abi.decode(log.data, (uint256, address, uint256, uint256, uint256, uint256, uint256));
        assertGt(toTime, fromTime, "no time");
        assertGt(amount, 0, "no amount");
        assertEq(bctEquivalent, amount * 1e20 / network.priceFeed.lastGoodPrice(), "value");
        assertEq(epoch, (block.timestamp - model.GENESIS()) / model.EPOCH_LENGTH(), "epoch");
        if (log.emitter == address(network.slots)) {
            assertEq(fromTime % 1 hours + toTime % 1 hours, 0, "whole hours");
            return;
        }
        assertEq(fromTime, toldUntil[id], "gap or overlap");
        assertLe(toTime, model.overAt(id), "time that isn't paid");
        toldUntil[id] = toTime;
    }
}
