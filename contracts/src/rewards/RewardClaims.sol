// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {MerkleProof} from "@openzeppelin/contracts/utils/cryptography/MerkleProof.sol";
import {IComputeToken} from "contracts/src/interfaces/IComputeToken.sol";
import {IEpochRewards} from "contracts/src/interfaces/IEpochRewards.sol";
import {Claim} from "contracts/src/types/Types.sol";

/// @title Paying rewards; see {IEpochRewards}
/// @dev Leaves hold what a wallet has earned in all; what it was paid is kept here, so that a claim costs the same after
/// one epoch and after a hundred. However wrong a root, no more can be paid than was minted.
abstract contract RewardClaims is IEpochRewards {
    using SafeERC20 for IERC20;

    IComputeToken public immutable BCT;

    /// @inheritdoc IEpochRewards
    bytes32 public override claimsRoot;
    /// @inheritdoc IEpochRewards
    mapping(address account => uint256) public override claimedOf;

    constructor(IComputeToken bct) {
        BCT = bct;
    }

    /// @inheritdoc IEpochRewards
    function claim(address account, uint256 cumulativeAmount, bytes32[] calldata proof)
        external
        returns (uint256 amount)
    {
        _requireProof(claimsRoot, account, cumulativeAmount, proof);
        uint256 claimed = claimedOf[account];
        if (cumulativeAmount <= claimed) revert EpochRewards_NothingToClaim(account, cumulativeAmount, claimed);
        return _pay(account, cumulativeAmount, claimed);
    }

    /// @inheritdoc IEpochRewards
    function claimMany(Claim[] calldata claims) external returns (uint256 amount) {
        bytes32 root = claimsRoot;
        for (uint256 i; i < claims.length; ++i) {
            Claim calldata one = claims[i];
            _requireProof(root, one.account, one.cumulativeAmount, one.proof);
            uint256 claimed = claimedOf[one.account];
            if (one.cumulativeAmount > claimed) amount += _pay(one.account, one.cumulativeAmount, claimed);
        }
    }

    function _pay(address account, uint256 cumulativeAmount, uint256 claimed) private returns (uint256 amount) {
        amount = cumulativeAmount - claimed;
        claimedOf[account] = cumulativeAmount;
        emit RewardClaimed(account, amount, cumulativeAmount);
        IERC20(BCT).safeTransfer(account, amount);
    }

    /// @dev Leaves are hashed twice, as OpenZeppelin's StandardMerkleTree does: no inner node can pass for one.
    function _requireProof(bytes32 root, address account, uint256 cumulativeAmount, bytes32[] calldata proof)
        private
        pure
    {
        bytes32 leaf = keccak256(bytes.concat(keccak256(abi.encode(account, cumulativeAmount))));
        if (!MerkleProof.verifyCalldata(proof, root, leaf)) {
            revert EpochRewards_BadProof(account, cumulativeAmount);
        }
    }
}
