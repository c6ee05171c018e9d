// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Deployment, Network, Params} from "contracts/script/Deployment.sol";
import {IEpochClock} from "contracts/src/interfaces/IEpochClock.sol";
import {IPoolRegistry} from "contracts/src/interfaces/IPoolRegistry.sol";
import {Base} from "contracts/test/Base.t.sol";

/// What a network can't be deployed with.
contract DeploymentTest is Base {
    function test_LeavesADeployerWhoIsTheAdminInPlace() external {
        Params memory p = _params();
        p.admin = address(deployer);
        Network memory n = deployer.deploy(p);
        (bool isAdmin, uint32 delay) = n.manager.hasRole(0, address(deployer));
        assertTrue(isAdmin);
        assertEq(delay, 0);
    }

    function test_WiresTheContracts() external view {
        (address market, address slots) = network.credits.keepers();
        assertEq(market, address(network.market));
        assertEq(slots, address(network.slots));
        assertTrue(network.rewards.isMeter(market) && network.rewards.isMeter(slots));
        assertEq(network.market.slots(), slots);
        assertEq(network.gpus.market(), market);
    }

    function test_RefusesToDeployForNobody() external {
        Params memory p = _params();
        p.admin = address(0);
        _refusesToDeploy(p, abi.encodeWithSelector(Deployment.Deployment_ZeroAddress.selector, "admin"));
        p = _params();
        p.guardian = address(0);
        _refusesToDeploy(p, abi.encodeWithSelector(Deployment.Deployment_ZeroAddress.selector, "guardian"));
        p = _params();
        p.treasury = address(0);
        _refusesToDeploy(p, abi.encodeWithSelector(Deployment.Deployment_ZeroAddress.selector, "treasury"));
    }

    function test_RefusesEpochsThatCannotBe() external {
        Params memory p = _params();
        p.epochLength = 0;
        _refusesToDeploy(p, abi.encodeWithSelector(IEpochClock.EpochClock_BadEpochs.selector, 0, 0));
        p = _params();
        p.genesisTime = START + 1;
        _refusesToDeploy(p, abi.encodeWithSelector(IEpochClock.EpochClock_BadEpochs.selector, START + 1, 1 days));
        p.genesisTime = START;
        assertEq(deployer.deploy(p).rewards.epochAt(START + 1 days), 1);
    }

    /// With a notice of 7 epochs, shares scheduled at an epoch's end hold 6 days later.
    function test_RefusesExitsThatOutlastTheNoticeOfShares() external {
        Params memory p = _params();
        p.sharesNotice = 0;
        _refusesToDeploy(p, abi.encodeWithSelector(IPoolRegistry.PoolRegistry_NoNotice.selector));
        p.sharesNotice = 7;
        p.exitDelay = 6 days;
        _refusesToDeploy(p, abi.encodeWithSelector(Deployment.Deployment_ExitTooSlow.selector, 6 days, 6 days));
        p.exitDelay = 6 days - 1;
        assertEq(deployer.deploy(p).gpus.EXIT_DELAY(), 6 days - 1);
    }

    function _refusesToDeploy(Params memory p, bytes memory refusal) private {
        vm.expectRevert(refusal);
        deployer.deploy(p);
    }
}
